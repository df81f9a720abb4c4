// core/transport/subscription.cpp: what a peer publishes, heard for as long as somebody wants to.
//
// A Subscription owns several Subscribers: after each long silence it makes one more, in a thread of its own, since a
// dial may block. Former ones stay, because a peer that was only stopped goes on over them. While several live, the
// same message can come more than once.
#include "core/transport/subscription.hpp"

#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/transport/subscriber.hpp"

namespace enginery::transport {
namespace {

/// How many Subscribers live at once: enough for a peer that is stopped for minutes. They are not ended sooner, since
/// the end of one that was never greeted can make the peer's listener deaf, if its NNG is not told of a reset
/// (send_hook.cpp).
constexpr std::size_t kMostSubscriptions = 8;

}  // namespace

struct Subscription::State {
  const Address address;
  const std::string topic;
  const OnMessage on_message;
  const Peer peer;
  const std::function<void()> on_silence;
  std::mutex mutex{};  // of what follows; held while subscribing; no callback takes it
  std::optional<Hearing> hearing{};
  bool ended = false;
  std::vector<std::unique_ptr<Subscriber>> subscribers{};  // the newest last
  std::mutex heard_mutex{};                                // of hearing; a callback takes it, and no other

  /// One more.
  void subscribe() {
    const std::lock_guard lock(mutex);
    std::unique_ptr<Subscriber> oldest;  // ended before the mutex is let go: end() waits for its callbacks, too
    if (ended) return;
    subscribers.push_back(
        std::make_unique<Subscriber>(address, topic, [this](const Bytes& message) { hear(message); }));
    if (peer == Peer::speaks_at_any_time) subscribers.back()->leave_open();
    if (subscribers.size() <= kMostSubscriptions) return;
    oldest = std::move(subscribers.front());
    subscribers.erase(subscribers.begin());
  }
  void hear(const Bytes& message) {
    if (hearing) {
      const std::lock_guard lock(heard_mutex);
      hearing->on_heard(std::chrono::steady_clock::now());
    }
    on_message(message);
  }
};

Subscription::Subscription(Address address, std::string_view topic, OnMessage on_message, Peer peer)
    : state_(new State{std::move(address), std::string(topic), std::move(on_message), peer, {}}) {
  state_->subscribe();
}

Subscription::Subscription(Address address, std::string_view topic, OnMessage on_message, Silence silence)
    : state_(new State{std::move(address), std::string(topic), std::move(on_message), Peer::speaks_seldom,
                       std::move(silence.then)}) {
  state_->hearing.emplace(silence.after, std::chrono::steady_clock::now());
  state_->subscribe();
}

Subscription::~Subscription() { end(); }

void Subscription::end() {
  std::vector<std::unique_ptr<Subscriber>> subscribers;  // ended after the mutex is let go
  const std::lock_guard lock(state_->mutex);
  state_->ended = true;
  subscribers.swap(state_->subscribers);
}

Subscription::Time Subscription::tick(Time now) {
  if (!state_->hearing) return Time::max();
  std::unique_lock lock(state_->heard_mutex);
  const bool silent = state_->hearing->tick(now);
  const Time next = state_->hearing->next(now);
  lock.unlock();
  if (!silent) return next;
  try {
    std::thread([state = state_] {
      try {
        state->subscribe();
      } catch (const std::exception&) {
        // Tried again after the next silence.
      }
      state->on_silence();
    }).detach();
  } catch (const std::exception&) {
    // There are no more threads, or no memory; likewise.
  }
  return next;
}

}  // namespace enginery::transport
