// client/views/status.hpp: what a cluster says about itself.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <enginery/connection.hpp>
#include <enginery/export.hpp>
#include <enginery/uuid.hpp>

namespace enginery {

/// One engine, as it answered when it was asked.
struct EngineStatus {
  int id = 0;
  /// Of its host, in its namespace.
  int pid = 0;
  /// Empty when its pid counts here.
  std::string host;
  Uuid uuid;
  /// "idle", "busy", "suspect" (silent for a while), "stopped" (by a signal or a debugger, on this host), "starting",
  /// "restarting" (it died), "given up" (it died too often), "dead".
  std::string state;
  /// It died; empty when it did not.
  std::string how;
  /// The name of the task that runs; empty when none does.
  std::string task;
  std::optional<std::chrono::system_clock::time_point> running_since;
  /// Not the difference to `running_since`: wall clocks are set, and two hosts' differ.
  std::chrono::nanoseconds running_for{0};
  /// It has a process that can be asked.
  bool is_there() const { return pid != 0; }
  std::uint64_t queued = 0, finished = 0, sessions = 0, resident_bytes = 0, code_bytes = 0;
};

struct ClusterStatus {
  std::size_t engines_there() const {
    return static_cast<std::size_t>(std::ranges::count_if(engines, &EngineStatus::is_there));
  }

  std::string cluster;
  int hub_pid = 0;
  std::chrono::milliseconds uptime{0};
  /// By id.
  std::vector<EngineStatus> engines;
};

/// Asks the hub alone, as query_status() does; engines that take tasks have no `state` then.
ENGINERY_API ClusterStatus query_hub(const Connection& connection, std::chrono::milliseconds timeout);

/// Asks the hub, then each engine over a connection of its own: for a command that asks once and ends. Throws
/// ConnectionError if the hub does not answer within `timeout`; an engine that does not is "suspect",
/// or "stopped" where its process can be seen.
ENGINERY_API ClusterStatus query_status(const Connection& connection, std::chrono::milliseconds timeout);

}  // namespace enginery
