// engine/ending.hpp: the end of an engine that nobody killed, and the signals that ask for it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "core/processes/descriptor.hpp"

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

/// SIGTERM, SIGINT and SIGHUP make fd() readable, but for those that are ignored (nohup, the background of a shell).
/// They are caught and not blocked: what a task starts begins with none of that, except that nohup goes on for it.
///
/// A child that a task forked dies of them, as one that was started. Requires: there is one of these in a process, as
/// long as it. Threads: any.
class EndingSignals {
 public:
  EndingSignals();
  EndingSignals(const EndingSignals&) = delete;
  EndingSignals& operator=(const EndingSignals&) = delete;

  int fd() const { return came_.get(); }
  /// Waits until two have come, which makes fd() unreadable.
  void wait_for_second() const;

 private:
  const cluster::Descriptor came_;
};

}  // namespace enginery::engine
