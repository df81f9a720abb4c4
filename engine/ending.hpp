// engine/ending.hpp: the end of an engine that nobody killed.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

namespace enginery::engine {

/// A stop, a restart, a signal, or the end of the cluster: the running task is asked to stop, and when the main thread
/// is free, it drops the user's objects and runs the exit handlers, so that open files are written. Neither may hold up
/// the end.
///
/// Threads: begin() from any; finish() from the main thread.
class Ending {
 public:
  /// What a task gets to stop in once it is asked, and all of it together.
  struct Limits {
    std::chrono::milliseconds task{1000}, all{5000};
  };
  /// All are called on the thread that begins.
  struct Steps {
    /// Has the main thread given no more tasks, and the running one asked to stop.
    std::function<void()> stop;
    /// Says what was lost, and why.
    std::function<void(const std::string& words)> lost;
    /// Right before the process ends without exit handlers.
    std::function<void()> last;
  };
  explicit Ending(Steps steps) : Ending(std::move(steps), Limits()) {}
  Ending(Steps steps, Limits limits) : steps_(std::move(steps)), limits_(limits) {}
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

  /// Ends the process with `status`. Of several callers, the first one counts.
  [[noreturn]] void begin(int status);
  bool begun() const;
  /// Ends the process without waiting any longer, as for a second Ctrl-C.
  [[noreturn]] void hurry(int status) const;

  /// Once no task runs any more: drops the user's objects by `clear`, then runs what was registered with atexit and
  /// the destructors of static objects, and ends the process.
  [[noreturn]] void finish(const std::function<void()>& clear);

 private:
  enum class State { busy, asked, clearing, over };

  const Steps steps_;
  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::busy;
  int status_ = 0;
};

}  // namespace enginery::engine
