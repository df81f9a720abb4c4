// core/transport/subscription.hpp: what a peer publishes, heard for as long as somebody wants to.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "core/clusters/address.hpp"
#include "core/messages/message.hpp"

namespace enginery::transport {

using cluster::Address;

/// Whether a peer that speaks regularly has been silent for too long: (event, now) → whether something is to be done.
/// Each silence is waited for twice as long as the one before, up to a minute, since a peer may be stopped for long.
/// What is heard makes the patience short again.
///
/// Threads: one at a time.
class Hearing {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;
  static constexpr std::chrono::minutes kLongest{1};

  Hearing(Duration patience, Time now) : first_patience_(patience), patience_(patience), heard_(now) {}

  void on_heard(Time now) {
    heard_ = now;
    patience_ = first_patience_;
  }
  /// True: it has been silent for too long; the time begins anew.
  bool tick(Time now) {
    if (now < heard_ + patience_) return false;
    heard_ = now;
    patience_ = std::min<Duration>(2 * patience_, kLongest);
    return true;
  }
  /// When tick() is due; also while the patience is long, since it may be short by then.
  Time next(Time now) const { return std::min(heard_ + patience_, now + first_patience_); }

 private:
  const Duration first_patience_;
  Duration patience_;
  Time heard_;
};

/// A SUB socket that dials, and dials again.
///
/// Threads: messages come on NNG's threads, one at a time and in order; the callback must not block.
class Subscriber {
 public:
  /// The message without its topic.
  using OnMessage = std::function<void(Bytes message)>;

  /// Subscribes to what starts with `topic`. Dials in the background, for ever. Throws ConnectionError for a bad
  /// address.
  Subscriber(const Address& address, std::string_view topic, OnMessage on_message);
  /// Waits until a running callback has returned, then 100 ms at most for a silence in which the socket can be closed;
  /// else close_left_open() closes it after a longer silence.
  ~Subscriber();
  /// The peer may send at any time, so the destructor need not wait for a short silence.
  void leave_open();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

 private:
  struct State;
  State* state_;
};

/// Dials in the background, and again when its peer is gone. NNG does that by itself, but not for certain: the death of
/// a peer can wedge the thread that dials. So where a peer speaks regularly, a long silence is answered by one more
/// subscription. Former ones stay for a while, since a peer that was stopped is heard again when it goes on.
///
/// Threads: all functions from any.
class Subscription {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Given the message without its topic. Called on NNG's threads; must not block. After a silence several threads may
  /// call it at once, and with the same message.
  using OnMessage = std::function<void(const Bytes& message)>;
  enum class Peer { speaks_seldom, speaks_at_any_time };
  /// After a silence of `after`, `then` is called in a thread of its own.
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
  /// Returns when to call it next; earlier calls do no harm.
  Time tick(Time now);

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace enginery::transport
