// client/links/client_threads.hpp: the threads of a client: one keeps deadlines, one runs what is to follow on results.
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

/// An object with deadlines.
class Ticking {
 public:
  virtual ~Ticking() = default;
  /// Called by the clock. Returns when it must be called again; an earlier call does no harm.
  virtual session::Time tick() = 0;
};

/// Calls tick() of links and of others when it is due. Requires: if something was added, stop() is called before the
/// end. The destructor does not join, because a link, which shares the clock, may end in the clock's own thread.
///
/// Threads: all functions from any.
class ClientClock {
 public:
  void add(std::weak_ptr<Ticking> one);
  /// Has the thread wake at `time` or before. Cheap if the thread wakes earlier anyway.
  void arm(session::Time time);

  /// Joins the thread. Must not be called from tick().
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

/// Runs posted work, one piece after the other, in a thread that starts with the first piece.
///
/// Threads: all functions from any.
class Continuations {
 public:
  ~Continuations() { finish(); }

  /// Queues the work. After finish(), runs it at once in the calling thread.
  void post(Continuation work);
  /// Waits until all work has run. Called in the thread itself, it returns at once, and the thread ends after the last
  /// piece.
  void finish();

 private:
  struct State;
  std::mutex mutex_;  // of the two below
  std::shared_ptr<State> state_;
  bool finished_ = false;
};

}  // namespace enginery
