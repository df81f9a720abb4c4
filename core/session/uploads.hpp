// core/session/uploads.hpp: the large payloads of a client's tasks on their way to the engine.
#pragma once

#include <cstdint>
#include <vector>

#include "core/session/client_session.hpp"
#include "core/session/open_parts.hpp"
#include "core/session/task_queue.hpp"

namespace enginery::session {

/// Sends the chunks of those tasks that have credit, in order, a few at a time.
class Uploads {
 public:
  Uploads(const Uuid& engine, const Uuid& session, const Limits& limits)
      : engine_(engine), session_(session), limits_(limits), parts_(limits) {}

  /// Sends what may be sent now.
  void pump(TaskQueue& queue, std::uint64_t first_outstanding, Time now, ClientActions& out);
  /// Whether this was the last chunk of its task, which may be sent now.
  bool answered(const Part& part, TaskQueue& queue);
  /// The engine has not taken it. False if that answer comes too late to matter.
  bool refused(const Part& part) { return parts_.answered(part); }
  void failed(const Part& part, Time now) { parts_.failed(part, now); }
  bool under_way() const { return next_.of != 0 || !parts_.empty(); }
  bool expire(Time now) { return parts_.expire(now); }
  Time deadline() const { return parts_.deadline(); }

 private:
  void send(const Part& part, TaskQueue& queue, Time now, ClientActions& out);

  Uuid engine_, session_;
  Limits limits_;
  OpenParts parts_;
  Part next_{0, 0, 0};  // the next chunk of the transfer at hand; of == 0 when there is none
};

}  // namespace enginery::session
