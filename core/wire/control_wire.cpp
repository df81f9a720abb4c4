// core/wire/control_wire.cpp: what anybody may ask of an engine, on the wire.
#include "core/wire/control_wire.hpp"

#include "control_generated.h"
#include "core/wire/envelope.hpp"

namespace enginery::wire {

using messages::Message;

Message encode(const InterruptRequest& request) {
  auto& builder = fresh_builder();
  const auto engine = to_id<controlfb::Id>(request.engine);
  builder.Finish(controlfb::CreateInterruptRequest(builder, &engine));
  return frame(MessageKind::interrupt_request, written(builder));
}

InterruptRequest decode_interrupt_request(const Opened& opened) {
  return {to_uuid(verified<controlfb::InterruptRequest>(opened.envelope, "interrupt request").engine())};
}

Message encode(const Interrupted& interrupted) {
  auto& builder = fresh_builder();
  builder.Finish(
      controlfb::CreateInterrupted(builder, static_cast<std::uint8_t>(interrupted.status), interrupted.asked));
  return frame(MessageKind::interrupted, written(builder));
}

Interrupted decode_interrupted(const Opened& opened) {
  if (opened.kind != MessageKind::interrupted)
    throw ProtocolError("the engine did not understand an interrupt; start it anew with the release of this client");
  const auto& table = verified<controlfb::Interrupted>(opened.envelope, "interrupt's answer");
  if (table.status() > static_cast<std::uint8_t>(session::Status::busy))
    throw ProtocolError(fmt::format("an interrupt's answer has the unknown status {}", table.status()));
  return {static_cast<session::Status>(table.status()), table.asked()};
}

}  // namespace enginery::wire
