// client/links/hub_line.hpp: questions to the hub, whichever process that is now.
#pragma once

#include <chrono>
#include <optional>

#include <enginery/connection.hpp>
#include <enginery/task_handle.hpp>

#include "core/transport/line.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery {

/// Threads: all functions from any.
class HubLine {
 public:
  explicit HubLine(const Connection& connection);

  /// A hub that has just died is waited for, since its launcher starts it anew. What changes something is sent once.
  /// Throws ConnectionError: there is no hub, or what it says is not understood; TimeoutError. Whether the hub's answer
  /// is `ok` is for the caller to see.
  wire::HubReply ask(const wire::HubRequest& request, Seconds timeout);
  /// What the hub says within two seconds, and before `deadline`; nothing if none answers: it may be being started
  /// anew.
  std::optional<wire::HubReply> look(std::optional<std::chrono::steady_clock::time_point> deadline);
  /// The client ends.
  void end(std::chrono::steady_clock::time_point deadline) { line_.end(deadline); }

 private:
  const Connection connection_;
  transport::Line line_;
};

}  // namespace enginery
