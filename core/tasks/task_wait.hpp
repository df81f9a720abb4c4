// core/tasks/task_wait.hpp: waits inside of tasks: which may be, and how they end when the task is asked to stop.
//
// An engine runs one task at a time. A task that waits for another one on its own engine waits for ever, and so does
// one that waits for an engine that waits for it. So every call carries the engines that wait for what it asks for: its
// sender's, and those that wait for the sender. Only waits are refused; what is submitted runs when its turn comes.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include <enginery/uuid.hpp>

namespace enginery::tasks {

/// While it lives, its thread runs a task of an engine.
///
/// Threads: one in a process, on the thread that runs its tasks.
class ENGINERY_API RunningTask {
 public:
  /// `waiting`: the engines that wait for the task's caller. For a process that is no engine (`engine` is null) it
  /// changes nothing.
  RunningTask(const Uuid& engine, std::vector<Uuid> waiting);
  ~RunningTask();
  RunningTask(const RunningTask&) = delete;
  RunningTask& operator=(const RunningTask&) = delete;

 private:
  const bool counts_;
};

/// The engines that cannot begin a task before the one that this thread runs returns: its own first, then those that
/// wait for it. Empty in other threads. Lives as long as the task.
ENGINERY_API std::span<const Uuid> engines_waiting_for_this_task() noexcept;

/// The words for what is waited for, such as "'norms.f' on engine 1"; made when they are needed.
using Awaited = std::function<std::string()>;

/// Throws DeadlockError if this thread's task would wait on `engine` for what cannot come before the task returns.
ENGINERY_API void check_wait(const Uuid& engine, const Awaited& what);

/// A wait that ends when the task that this process runs now is asked to stop; in a process that runs none, nothing.
class ENGINERY_API StoppableWait {
 public:
  /// `wake` is called when it is asked, from another thread. It must not throw.
  explicit StoppableWait(std::function<void()> wake);
  /// Waits until `wake` has returned: no lock that it takes may be held.
  ~StoppableWait();
  StoppableWait(const StoppableWait&) = delete;
  StoppableWait& operator=(const StoppableWait&) = delete;

  /// Was it asked?
  bool must_end() const noexcept { return task_.stop_requested(); }
  /// Throws TaskAborted then.
  void check(const Awaited& what) const;

 private:
  const std::stop_token task_;  // of the one that ran when the wait began
  std::optional<std::stop_callback<std::function<void()>>> callback_;
};

}  // namespace enginery::tasks
