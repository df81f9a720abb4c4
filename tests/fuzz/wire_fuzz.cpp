// tests/fuzz/wire_fuzz.cpp: any bytes at all, through every decoder that a stranger can reach.
#include <cstddef>
#include <cstdint>
#include <span>

#include <enginery/errors.hpp>

#include "core/wire/call_wire.hpp"
#include "core/wire/engine_wire.hpp"
#include "core/wire/hub_wire.hpp"
#include "core/wire/module_wire.hpp"
#include "core/wire/session_wire.hpp"

namespace {

using namespace enginery;

void open_body(const Bytes& body, bool outcome) {
  try {
    if (outcome) {
      wire::summary_of(body);
      wire::unpack_outcome(body, {}).value.repr();
    } else {
      for (const Value& value : wire::unpack_call(body, {}).positional) value.repr();
    }
  } catch (const ProtocolError&) {}
}

void open_message(const Bytes& message) {
  const wire::Opened opened = wire::open_frame(message);
  switch (opened.kind) {
    case wire::MessageKind::exchange:
      for (const session::Task& task : wire::decode_exchange(opened).tasks) open_body(task.body, false);
      return;
    case wire::MessageKind::reply:
      for (const session::Result& result : wire::decode_reply(opened).results) open_body(result.body, true);
      return;
    case wire::MessageKind::chunk:
      wire::decode_chunk(opened);
      return;
    case wire::MessageKind::chunk_answer:
      wire::decode_chunk_answer(opened);
      return;
    case wire::MessageKind::fetch:
      wire::decode_fetch(opened);
      return;
    case wire::MessageKind::fetched:
      wire::decode_fetched(opened);
      return;
    case wire::MessageKind::module_query:
      wire::decode_module_query(opened);
      return;
    case wire::MessageKind::module_chunk:
      wire::decode_module_chunk(opened);
      return;
    case wire::MessageKind::module_answer:
      wire::decode_module_answer(opened);
      return;
    case wire::MessageKind::hub_request:
      wire::decode_hub_request(opened);
      return;
    case wire::MessageKind::hub_reply:
      wire::decode_hub_reply(opened);
      return;
    case wire::MessageKind::change:
      wire::decode_change(opened);
      return;
    case wire::MessageKind::status_request:
      wire::decode_status_request(opened);
      return;
    case wire::MessageKind::engine_status:
      wire::decode_engine_status(opened);
      return;
    case wire::MessageKind::mark_request:
      wire::decode_mark_request(opened);
      return;
    case wire::MessageKind::marked:  // nobody decodes it
      return;
    case wire::MessageKind::printed:
      wire::decode_printed(opened);
      return;
    case wire::MessageKind::interrupt_request:
      wire::decode_interrupt_request(opened);
      return;
    case wire::MessageKind::interrupted:
      wire::decode_interrupted(opened);
      return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // On the alignment that the transport gives: what follows the preamble lies on 16 bytes.
  auto [memory, at] = Bytes::fresh(size + 4);
  if (size) std::memcpy(at + 4, data, size);
  try {
    open_message(memory.part(4, size));
  } catch (const ProtocolError&) {}
  return 0;
}
