// tests/fuzz/values_fuzz.cpp: any bytes at all as a task's call or its outcome, with payloads that came beside it.
//
// An input is a byte: 1 for an outcome, 2 for each of up to three payloads; then for each of these its size, two bytes;
// then these; then the body. What can be read can be written, and comes to the same when it is read again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include <enginery/errors.hpp>

#include "core/wire/call_wire.hpp"

namespace {

using namespace enginery;

class Input {
 public:
  explicit Input(std::span<const std::byte> bytes) : left_(bytes) {}
  unsigned byte() { return left_.empty() ? 0 : std::to_integer<unsigned>(take(1)[0]); }
  std::size_t size() { return byte() | byte() << 8; }
  std::span<const std::byte> take(std::size_t size) {
    const auto taken = left_.first(std::min(size, left_.size()));
    left_ = left_.subspan(taken.size());
    return taken;
  }
  std::span<const std::byte> rest() { return take(left_.size()); }

 private:
  std::span<const std::byte> left_;
};

wire::Packed packed_again(const wire::Call& call) {
  return wire::pack(wire::CallParts{call.op, call.name, call.positional, call.keywords,
                                    call.code ? &*call.code : nullptr, call.signature, call.keep},
                    SIZE_MAX);
}
wire::Packed packed_again(const wire::Outcome& outcome) { return wire::pack(outcome, SIZE_MAX); }

template <class Unpack>
void check(const Bytes& body, std::span<const Bytes> bulk, Unpack unpack) {
  const wire::Packed once = packed_again(unpack(body, bulk));
  const wire::Packed twice = packed_again(unpack(once.body, once.bulk));
  if (once.body.text() != twice.body.text()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(std::as_bytes(std::span(data, size)));
  const unsigned shape = input.byte();
  std::vector<std::size_t> sizes(shape >> 1 & 3);
  for (std::size_t& each : sizes) each = input.size();
  std::vector<Bytes> bulk;
  for (const std::size_t each : sizes) bulk.push_back(Bytes::copy(input.take(each)));
  const Bytes body = Bytes::copy(input.rest());
  try {
    if (shape & 1) {
      wire::unpack_outcome(body, bulk).value.repr();
      check(body, bulk, wire::unpack_outcome);
    } else {
      for (const Value& value : wire::unpack_call(body, bulk).positional) value.repr();
      check(body, bulk, wire::unpack_call);
    }
  } catch (const ProtocolError&) {}
  return 0;
}
