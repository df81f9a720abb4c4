// client/links/client_clock.hpp: deadlines of waits, and the one thread of a client that keeps those of its links.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <enginery/task_handle.hpp>

#include "core/session/limits.hpp"

namespace enginery {

/// Longer than anybody waits; beyond it a clock's arithmetic could overflow.
inline constexpr Seconds kLongestWait(366.0 * 24 * 3600);

inline std::chrono::steady_clock::time_point deadline_of(Seconds timeout) {
  return std::chrono::steady_clock::now() +
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::clamp(timeout, Seconds(0), kLongestWait));
}
inline std::optional<std::chrono::steady_clock::time_point> deadline_of(std::optional<Seconds> timeout) {
  if (!timeout) return std::nullopt;
  return deadline_of(*timeout);
}

/// What has deadlines.
class Ticking {
 public:
  virtual ~Ticking() = default;
  /// For the clock. When it wants to be called next; earlier calls do no harm.
  virtual session::Time tick() = 0;
};

/// Calls tick() of links and of others when it is due. Threads: all functions from any.
class ClientClock {
 public:
  ClientClock() = default;
  /// Requires: stop() was called, if something was added; links, which share the clock, may end in its own thread.
  ~ClientClock() = default;
  ClientClock(const ClientClock&) = delete;
  ClientClock& operator=(const ClientClock&) = delete;

  void add(std::weak_ptr<Ticking> one);
  /// The thread wakes at `time` or before. Cheap when it would anyhow.
  void arm(session::Time time);

  /// Joins the thread. Not from within tick().
  void stop();

  static session::Time now();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::weak_ptr<Ticking>> ticking_;
  session::Time armed_ = session::kNever;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace enginery
