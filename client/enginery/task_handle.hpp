// client/enginery/task_handle.hpp: one task on one engine, before its result has a type.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <enginery/export.hpp>
#include <enginery/metadata.hpp>
#include <enginery/value.hpp>

namespace enginery {

class Pending;

/// Seconds, for time-outs: 0.5, 100ms, 2min.
using Seconds = std::chrono::duration<double>;

/// A shared handle; copies are the same task. Threads: all functions from any.
class ENGINERY_API TaskHandle {
 public:
  TaskHandle() = default;
  explicit TaskHandle(std::shared_ptr<Pending> task) : task_(std::move(task)) {}

  bool ready() const;
  /// Whether it is ready within `timeout`, for ever without one. Never throws what the task threw.
  bool wait(std::optional<Seconds> timeout = std::nullopt) const;

  /// Each waits first. Throws RemoteError, EngineDied, TaskAborted, SessionLost, …: what became of the task.
  const Value& value() const;
  /// What value() would throw; null when the task succeeded. Waits first.
  std::exception_ptr error() const;
  /// What `decode` makes of the value; made once and kept. Waits first, throws as value().
  const std::shared_ptr<void>& decoded(const std::function<std::shared_ptr<void>(const Value&)>& decode) const;

  /// Runs `work` once the task is ready, in the client's thread of continuations. It must not throw.
  void then(std::function<void()> work) const;

  /// As it is now; complete once the result is there.
  Metadata metadata() const;
  /// Asks that the task not run, or stop; returns at once. Its outcome still comes.
  void abort() const;
  /// Binds a name in the namespace of the task's engine, behind all that was sent to that engine before.
  TaskHandle push(std::string_view name, const Value& value) const;
  /// Lets the task's engine drop a result that stays there. Waits for nothing, but for a local task that runs.
  void drop(const std::string& kept) const noexcept;

  std::string msg_id() const;
  int engine_id() const;
  const std::string& label() const;

 private:
  std::shared_ptr<Pending> task_;
};

}  // namespace enginery
