// core/wire/engine_wire.cpp: what an engine is asked beside tasks, and what it publishes, on the wire.
#include "core/wire/engine_wire.hpp"

#include "control_generated.h"
#include "core/wire/envelope.hpp"
#include "output_generated.h"

namespace enginery::wire {

using messages::Message;

Message encode(const InterruptRequest& request) {
  auto& builder = fresh_builder();
  const auto engine = to_id<controlfb::Id>(request.engine);
  return message_of(MessageKind::interrupt_request, builder, controlfb::CreateInterruptRequest(builder, &engine));
}

InterruptRequest decode_interrupt_request(const Opened& opened) {
  return {to_uuid(verified<controlfb::InterruptRequest>(opened.envelope, "interrupt request").engine())};
}

Message encode(const Interrupted& interrupted) {
  auto& builder = fresh_builder();
  const auto status = static_cast<std::uint8_t>(interrupted.status);
  return message_of(MessageKind::interrupted, builder,
                    controlfb::CreateInterrupted(builder, status, interrupted.asked));
}

Interrupted decode_interrupted(const Opened& opened) {
  if (opened.kind != MessageKind::interrupted)
    refuse("the engine did not understand an interrupt; start it anew with the release of this client");
  const auto& table = verified<controlfb::Interrupted>(opened.envelope, "interrupt's answer");
  return {checked(table.status(), session::Status::busy, "an interrupt's answer has the unknown status"),
          table.asked()};
}

Message encode(const MarkRequest& request) {
  auto& builder = fresh_builder();
  const auto engine = to_id<outputfb::Id>(request.engine), mark = to_id<outputfb::Id>(request.mark);
  return message_of(MessageKind::mark_request, builder, outputfb::CreateMarkRequest(builder, &engine, &mark));
}

MarkRequest decode_mark_request(const Opened& opened) {
  const auto& table = verified<outputfb::MarkRequest>(opened.envelope, "mark request");
  return {to_uuid(table.engine()), to_uuid(table.mark())};
}

Message encode(const Marked& marked) {
  auto& builder = fresh_builder();
  return message_of(MessageKind::marked, builder,
                    outputfb::CreateMarked(builder, static_cast<std::uint8_t>(marked.status)));
}

Message encode(const Printed& printed) {
  auto& builder = fresh_builder();
  const auto engine = to_id<outputfb::Id>(printed.engine), session = to_id<outputfb::Id>(printed.session),
             mark = to_id<outputfb::Id>(printed.mark);
  const auto text = add_bytes(builder, printed.text);
  return message_of(MessageKind::printed, builder,
                    outputfb::CreatePrinted(builder, &engine, printed.number, static_cast<std::uint8_t>(printed.stream),
                                            &session, printed.seq, &mark, printed.last, text),
                    {}, kOutputTopic);
}

Printed decode_printed(const Opened& opened) {
  const auto& table = verified<outputfb::Printed>(opened.envelope, "printed text");
  const Stream stream = checked(table.stream(), Stream::none, "a printed text is of the unknown stream");
  return {to_uuid(table.engine()),
          table.number(),
          stream,
          to_uuid(table.session()),
          table.seq(),
          to_uuid(table.mark()),
          table.last(),
          view_of(table.text())};
}

}  // namespace enginery::wire
