// client/enginery/task_handle.hpp: one task on one engine, before its result has a type.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <enginery/continuation.hpp>
#include <enginery/durations.hpp>
#include <enginery/export.hpp>
#include <enginery/metadata.hpp>
#include <enginery/value.hpp>

namespace enginery {

class Pending;
template <class R>
class AsyncResult;

/// Seconds, for time-outs: 0.5, 100ms, 2min.
using Seconds = std::chrono::duration<double>;

/// A shared handle; copies are the same task. Threads: all functions from any.
class ENGINERY_API TaskHandle {
 public:
  /// How a value becomes an object of some type, and how that ends.
  struct Decoding {
    void* (*decode)(const Value&);
    void (*destroy)(void*);
  };

  TaskHandle() = default;
  explicit TaskHandle(std::shared_ptr<Pending> task);
  TaskHandle(const TaskHandle&);
  TaskHandle(TaskHandle&&) noexcept;
  TaskHandle& operator=(const TaskHandle&);
  TaskHandle& operator=(TaskHandle&&) noexcept;
  ~TaskHandle();

  bool ready() const;
  /// Whether it is ready within `timeout`, for ever without one. Never throws what the task threw.
  bool wait(std::optional<Seconds> timeout = std::nullopt) const;

  /// Each waits first. Throws RemoteError, EngineDied, TaskAborted, SessionLost, …: what became of the task.
  Value value() const;
  /// What value() would throw; null when the task succeeded. Waits first.
  std::exception_ptr error() const;
  /// What is decoded of the value; made once and kept. Waits first, throws as value(), and as decode_as().
  const void* decoded(const Decoding& decoding) const;

  /// Runs `work` once the task is ready, in the client's thread of continuations. It must not throw.
  void then(Continuation work) const;

  /// As it is now; complete once the result is there.
  Metadata metadata() const;
  /// By clocks that nobody sets: how long things took follows from these, and not from the metadata's wall times.
  struct Times {
    std::chrono::steady_clock::time_point submitted;
    /// Absent until it is ready.
    std::optional<std::chrono::steady_clock::time_point> received;
    /// On its engine; zero until it is ready, and if it did not run.
    Seconds ran{0};
  };
  Times times() const;
  /// Asks that the task not run, or stop; returns at once. Its outcome still comes.
  void abort() const;
  /// Binds a name in the namespace of the task's engine, behind all that was sent to that engine before.
  TaskHandle push(std::string_view name, const Value& value) const;
  /// Lets the task's engine drop a result that stays there. Waits for nothing, but for a local task that runs.
  void drop(const std::string& kept) const noexcept;

  std::string msg_id() const;
  int engine_id() const;
  const std::string& label() const&;
  std::string label() const&& { return label(); }

 private:
  template <class R>
  friend class AsyncResult;
  /// As value(), of which the task keeps the handle.
  const Value& kept_value() const;
  std::shared_ptr<Pending> task_;
};

}  // namespace enginery
