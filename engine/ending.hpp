// engine/ending.hpp: the end of an engine: asked for, by a signal, or before its time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "core/processes/descriptor.hpp"

namespace enginery::engine {

/// What happens at a stop, a restart, a signal, or the end of the cluster: the running task is asked to stop. Once the
/// main thread is free, it drops the user's objects and runs the exit handlers, so that open files are written. Each
/// has a time limit.
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

/// SIGTERM, SIGINT and SIGHUP make fd() readable, except those that are ignored (nohup, the background of a shell). The
/// signals are caught and not blocked, so a program that a task starts gets their default actions back; only nohup
/// holds for it, too.
///
/// A forked child of a task dies of these signals, as a started program does. Requires: a process has one of these, for
/// its whole life. Threads: any.
class EndingSignals {
 public:
  EndingSignals();

  int fd() const { return came_.get(); }
  /// Waits until two have come, which makes fd() unreadable.
  void wait_for_second() const;

 private:
  const cluster::Descriptor came_;
};

/// While this lives, `speak` is called once when a fatal signal (ABRT, SEGV, BUS, FPE, ILL) is about to end the
/// process, or when exit() or quick_exit() was called. It runs in the thread that the signal has interrupted; after it
/// the signal ends the process, as it would have. A signal that already has a handler, of a sanitizer for instance,
/// keeps that one. A forked child says nothing.
///
/// `speak` must be async-signal-safe. Requires: a process has one of these. Threads: the main thread; it speaks even
/// when its stack has overflowed.
class LastWords {
 public:
  enum class By : bool { signal, exit };
  explicit LastWords(std::function<void(By)> speak);
  ~LastWords();
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

 private:
  void* stack_;
};

}  // namespace enginery::engine
