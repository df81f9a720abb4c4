// engine/cluster_watch.cpp: an engine on another host learns that its cluster is gone.
#include "engine/cluster_watch.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/transport/subscriber.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery::engine {

struct ClusterWatch::State {
  std::mutex mutex;
  std::condition_variable changed;
  bool heard = false;
  std::optional<transport::Subscriber> subscriber;
};

ClusterWatch::ClusterWatch(const transport::Address& notifications, std::chrono::milliseconds patience,
                           std::function<void()> on_gone)
    : state_(std::make_shared<State>()) {
  state_->subscriber.emplace(notifications, wire::kHubTopic, [state = state_.get()](const Bytes&) {
    const std::lock_guard lock(state->mutex);
    state->heard = true;
    state->changed.notify_one();
  });
  std::thread([state = state_, patience, on_gone = std::move(on_gone)] {
    for (std::unique_lock lock(state->mutex);
         state->changed.wait_for(lock, patience, [&] { return std::exchange(state->heard, false); });) {}
    on_gone();
  }).detach();
}

}  // namespace enginery::engine
