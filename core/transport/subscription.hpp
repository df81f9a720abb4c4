// core/transport/subscription.hpp: what a peer publishes, heard for as long as somebody wants to.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "core/clusters/address.hpp"
#include "core/messages/message.hpp"

namespace enginery::transport {

using cluster::Address;

/// Dials in the background, and again when its peer is gone. NNG does that by itself, but not for certain: the death of
/// a peer can wedge the thread that does. So where a peer speaks regularly, a long silence is answered by one more
/// subscription; former ones stay for a while, since a peer that was stopped is heard again when it goes on.
///
/// Threads: all functions from any.
class Subscription {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// The message without its topic. Called on NNG's threads, must not block; after a silence also by several at once,
  /// and with the same again.
  using OnMessage = std::function<void(const Bytes& message)>;
  enum class Peer { speaks_seldom, speaks_at_any_time };
  /// What follows on a silence of `after`: `then` is called in a thread of its own.
  struct Silence {
    std::chrono::steady_clock::duration after;
    std::function<void()> then;
  };

  /// Throws ConnectionError: the address is none, or this process lacks something.
  Subscription(Address address, std::string_view topic, OnMessage on_message, Peer peer);
  /// For a peer that speaks regularly; tick() is to be called.
  Subscription(Address address, std::string_view topic, OnMessage on_message, Silence silence);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  /// No call of `on_message` runs any more, and none comes. `then` may still be called.
  void end();
  /// When it is to be called next; earlier calls do no harm.
  Time tick(Time now);

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace enginery::transport
