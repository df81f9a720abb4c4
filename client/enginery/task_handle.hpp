// client/enginery/task_handle.hpp: one task on one engine, before its result has a type.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <enginery/durations.hpp>
#include <enginery/export.hpp>
#include <enginery/metadata.hpp>
#include <enginery/value.hpp>

namespace enginery {

class Pending;

/// Seconds, for time-outs: 0.5, 100ms, 2min.
using Seconds = std::chrono::duration<double>;

/// One of the tasks of a result. Copies are the same task. Threads: all functions from any.
class ENGINERY_API TaskHandle {
 public:
  explicit TaskHandle(std::shared_ptr<const Pending> task) : task_(std::move(task)) {}

  bool ready() const;
  /// Whether it is ready within `timeout`, for ever without one. Never throws what the task threw.
  bool wait(std::optional<Seconds> timeout = std::nullopt) const;
  /// Each waits first. Throws RemoteError, EngineDied, TaskAborted, SessionLost, …: what became of the task.
  Value value() const;
  /// What value() would throw; null when the task succeeded. Waits first.
  std::exception_ptr error() const;
  /// As it is now; complete once the result is there.
  Metadata metadata() const;
  /// Asks that the task not run, or stop; returns at once. Its outcome still comes.
  void abort() const;
  std::string msg_id() const;
  int engine_id() const;
  std::string label() const;

 private:
  std::shared_ptr<const Pending> task_;
};

}  // namespace enginery
