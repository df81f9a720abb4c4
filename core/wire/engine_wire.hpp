// core/wire/engine_wire.hpp: what an engine is asked beside tasks, and what it publishes, as values and on the wire.
#pragma once

#include <cstdint>
#include <string_view>

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

/// Asks an engine to publish a mark behind all that it has published.
struct MarkRequest {
  Uuid engine, mark;
};
/// The client looks for the mark, not at this answer.
struct Marked {
  session::Status status = session::Status::ok;
};

/// `none`: a mark.
enum class Stream : std::uint8_t { out, err, none };

/// Published: a piece of what a task wrote, or a mark.
struct Printed {
  Uuid engine;
  std::uint64_t number = 0;  ///< one more than that of the engine's message before
  Stream stream = Stream::none;
  Uuid session;  ///< with seq: the task
  std::uint64_t seq = 0;
  Uuid mark;
  bool last = false;  ///< the task has ended
  std::string_view text;
};

/// No message holds more text.
inline constexpr std::size_t kLargestPrinted = 16u << 10;
/// Goes in front of everything published.
inline constexpr std::string_view kOutputTopic = "out:";

messages::Message encode(const InterruptRequest&);
messages::Message encode(const Interrupted&);
messages::Message encode(const MarkRequest&);
messages::Message encode(const Marked&);
messages::Message encode(const Printed&);

// Each throws ProtocolError.
InterruptRequest decode_interrupt_request(const Opened&);
Interrupted decode_interrupted(const Opened&);
MarkRequest decode_mark_request(const Opened&);
/// Its text lives as long as the message.
Printed decode_printed(const Opened&);

}  // namespace enginery::wire
