// core/wire/control_wire.hpp: what anybody may ask of an engine, as values and on the wire.
#pragma once

#include <enginery/uuid.hpp>

#include "core/messages/message.hpp"
#include "core/session/messages.hpp"
#include "core/wire/frame.hpp"

namespace enginery::wire {

/// Asks the task that runs on an engine to stop.
struct InterruptRequest {
  Uuid engine;
};
struct Interrupted {
  session::Status status = session::Status::ok;
  bool asked = false;  ///< a task ran
};

messages::Message encode(const InterruptRequest&);
messages::Message encode(const Interrupted&);

// Each throws ProtocolError.
InterruptRequest decode_interrupt_request(const Opened&);
Interrupted decode_interrupted(const Opened&);

}  // namespace enginery::wire
