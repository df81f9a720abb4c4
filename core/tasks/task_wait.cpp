// core/tasks/task_wait.cpp: waits inside of tasks. The header says which are refused.
//
// `waiting_here` is of the thread that runs the task: threads that the task starts may wait for anything, since the
// task can still return without them.
#include "core/tasks/task_wait.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>
#include <enginery/stop.hpp>

namespace enginery::tasks {
namespace {

std::atomic<bool> runs{false};
thread_local std::vector<Uuid> waiting_here;

}  // namespace

RunningTask::RunningTask(const Uuid& engine, std::vector<Uuid> waiting) : counts_(!engine.nil()) {
  if (!counts_) return;
  std::erase(waiting, engine);
  waiting.insert(waiting.begin(), engine);
  waiting_here = std::move(waiting);
  runs.store(true, std::memory_order_relaxed);
}

RunningTask::~RunningTask() {
  if (!counts_) return;
  runs.store(false, std::memory_order_relaxed);
  waiting_here.clear();
}

std::span<const Uuid> engines_waiting_for_this_task() noexcept { return waiting_here; }

void check_wait(const Uuid& engine, const Awaited& what) {
  const auto found = std::ranges::find(waiting_here, engine);
  if (found == waiting_here.end()) return;
  throw DeadlockError(fmt::format(
      "this task would wait for {}, {}: neither could ever go on. Call the function itself, without a client; or "
      "submit the call, return, and let then() or the caller see its result",
      what(),
      found == waiting_here.begin() ? "the one that it runs on, which starts nothing else before this task returns"
                                    : "whose task has asked for this one, and may wait for it"));
}

void StoppableWait::check(const Awaited& what) const {
  if (must_end())
    throw TaskAborted(fmt::format("this task was asked to stop while it waited for {}, which goes on", what()));
}

StoppableWait::StoppableWait(std::function<void()> wake)
    : task_(runs.load(std::memory_order_relaxed) ? stop_token() : std::stop_token()) {
  if (task_.stop_possible()) callback_.emplace(task_, std::move(wake));
}
StoppableWait::~StoppableWait() = default;

}  // namespace enginery::tasks
