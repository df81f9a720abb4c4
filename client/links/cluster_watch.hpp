// client/links/cluster_watch.hpp: whether a cluster can still bring what somebody waits for.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <enginery/connection.hpp>

#include "core/session/limits.hpp"
#include "core/session/standstill.hpp"

namespace enginery {

/// How long a hub has been silent. Time in which this process itself stood still does not count: it heard nobody.
class HubSilence {
 public:
  /// As of engines that are dead then; a hub that follows one that died speaks long before.
  static constexpr session::Time kDeadAfter = std::chrono::seconds(15);

  explicit HubSilence(session::Time now) : standstill_(now), since_(now) {}
  /// Whether it lasts for kDeadAfter; `heard`: when the hub was heard last. To be asked every second or more often.
  bool is_long(session::Time now, session::Time heard);

 private:
  session::Standstill standstill_;
  session::Time since_;
};

/// Of a wait that has no other end. Threads: one.
class ClusterWatch {
 public:
  /// Requires: `connection` outlives this.
  ClusterWatch(const Connection& connection, session::Time now);
  /// Why nothing comes any more, in words; nothing while something may. Where the launcher's process can be seen, that
  /// tells within a moment. To be asked every second or more often.
  std::optional<std::string> ended(session::Time now, session::Time heard);

 private:
  const Connection& connection_;
  HubSilence silence_;
};

}  // namespace enginery
