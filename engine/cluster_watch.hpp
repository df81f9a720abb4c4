// engine/cluster_watch.hpp: an engine on another host learns that its cluster is gone.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "core/transport/address.hpp"

namespace enginery::engine {

/// Hears the hub's heartbeat. Where the launcher's process cannot be seen, its silence is all that tells that the
/// cluster has ended; a hub that died is followed by another within moments, so the engine waits much longer.
///
/// Threads: one of its own, for the rest of the process.
class ClusterWatch {
 public:
  /// `notifications`: where the hub publishes. `on_gone` is called once, when it was silent for `patience`.
  ClusterWatch(const transport::Address& notifications, std::chrono::milliseconds patience,
               std::function<void()> on_gone);
  ClusterWatch(const ClusterWatch&) = delete;
  ClusterWatch& operator=(const ClusterWatch&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace enginery::engine
