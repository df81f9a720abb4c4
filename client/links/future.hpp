// client/links/future.hpp: what stands behind every result: the tasks of one call, one for each of its targets.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <enginery/bytes.hpp>
#include <enginery/task_handle.hpp>
#include <enginery/uuid.hpp>
#include <enginery/value.hpp>

#include "client/links/event.hpp"
#include "core/session/limits.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery {

class Balancer;
class EngineLink;

/// A wall clock's time for people to read, and a steady clock's for durations.
struct Moment {
  std::chrono::system_clock::time_point wall{};
  std::chrono::steady_clock::time_point steady{};
  static Moment now() { return {std::chrono::system_clock::now(), std::chrono::steady_clock::now()}; }
};

/// The id of a balanced task's engine as long as there is none.
inline constexpr int kUnplaced = -2;

/// What the tasks of one call have in common.
struct Asked {
  std::string label, execute_input;
  session::Time time_limit{0};  ///< 0 for none
  Moment submitted = Moment::now();
};

/// Told of the end of a task in the thread that brings it: must be quick, and not wait.
class TaskObserver {
 public:
  virtual ~TaskObserver() = default;
  virtual void on_end() = 0;
};

/// A part of a Future: one task on one engine. The link completes it once; any thread may wait for it and read it. The
/// first thread that asks for the outcome unpacks it, so the library's threads need not.
class Pending {
 public:
  ~Pending();

  /// Called by the submitter, before it submits. `asked` outlives this.
  void ask(const Asked& asked, int engine_id, const Uuid& engine);
  // Called by the link, before the task can complete.
  void set_task(std::weak_ptr<EngineLink> link, const Uuid& session, std::uint64_t seq);
  // The link calls one of them, once.
  void complete(Bytes body, std::vector<Bytes> bulk);
  /// `withdrawn`: it was aborted before it began.
  void fail(std::exception_ptr error, bool withdrawn = false);

  /// Of a balanced task: one that the balancer sends to some engine, perhaps to several after each other.
  /// Called before ask() by the submitter.
  /// `engine`: the only one that may have it; nil if several may.
  void place_by(const std::shared_ptr<Balancer>& balancer, const Asked& asked, std::uint64_t job, const Uuid& engine);
  /// Ends as that attempt has ended; nobody has looked at its outcome. Requires: attempt.ready().
  void adopt(Pending& attempt);
  /// Called before set_task().
  void observe(TaskObserver& observer) noexcept { observer_ = &observer; }
  /// Whether it was complete()d. Requires: it is ready.
  bool has_outcome() const noexcept { return has_outcome_; }
  /// What the engine sent, still packed, until somebody asks for the value.
  const Bytes& body() const noexcept { return body_; }
  const std::vector<Bytes>& bulk() const noexcept { return bulk_; }
  bool withdrawn() const noexcept { return withdrawn_; }
  /// The balancer's number for it; 0 for a task that has none.
  std::uint64_t job() const noexcept { return job_; }
  std::shared_ptr<Balancer> balancer() const { return balancer_.lock(); }
  const Uuid& session() const noexcept { return session_; }
  std::uint64_t seq() const noexcept { return seq_; }
  const Uuid& engine() const noexcept { return engine_; }

  bool ready() const noexcept { return completed_.has_happened(); }
  /// Whether it was ready in time. Never throws what the task threw; in a task of an engine, DeadlockError for what
  /// this task holds up, and TaskAborted when it was asked to stop.
  bool wait_until(std::optional<std::chrono::steady_clock::time_point> deadline) const;

  // These require ready().
  /// The result. Throws what became of the task.
  const Value& value() const;
  /// Why there is no result; null when there is one.
  std::exception_ptr error() const;
  /// The value as another type; made by the first call, and the same object for all later ones. Requires: all calls ask
  /// for the same type.
  const void* decoded(const detail::Decoding& decoding) const;
  std::chrono::steady_clock::time_point received() const noexcept { return received_.steady; }
  /// How long it ran on its engine; zero if it did not.
  std::chrono::nanoseconds ran() const;

  /// Runs `work` once the task is ready, in the client's thread of continuations.
  void then(Continuation work);

  Metadata metadata() const;
  void abort() const;
  /// Has the engine give it back if it has not begun: then it ends as withdrawn().
  void withdraw() const;

  /// To the engine that it went to; null when it went to none, or when the client has ended.
  std::shared_ptr<EngineLink> link() const { return placed() ? link_.lock() : nullptr; }
  int engine_id() const noexcept { return placed() ? engine_id_ : kUnplaced; }
  /// Whether it is known on which engine: of a balanced task, once it is ready.
  bool placed() const noexcept { return job_ == 0 || ready(); }
  const std::string& label() const noexcept { return asked_->label; }
  session::Time time_limit() const noexcept { return asked_->time_limit; }
  session::Time submitted() const noexcept { return submitted_.steady.time_since_epoch(); }
  /// Requires: it has a time limit.
  session::Time time_over() const noexcept { return submitted() + time_limit(); }
  std::string msg_id() const;

 private:
  void finish();
  void post(Continuation work) const;
  void open_outcome() const;

  const Asked* asked_ = nullptr;
  TaskObserver* observer_ = nullptr;
  std::weak_ptr<Balancer> balancer_;
  std::uint64_t job_ = 0;
  bool withdrawn_ = false, has_outcome_ = false;
  Uuid planned_;  // the engine that place_by() named
  int engine_id_ = 0;
  Uuid engine_;
  Moment submitted_{}, received_{};
  std::weak_ptr<EngineLink> link_;
  Uuid session_;
  std::uint64_t seq_ = 0;

  Event completed_;
  mutable std::atomic<bool> asked_to_abort_{false};
  mutable std::once_flag opened_;
  mutable Bytes body_;
  mutable std::vector<Bytes> bulk_;
  mutable std::optional<wire::Outcome> outcome_;
  mutable std::exception_ptr error_;
  mutable std::atomic<void*> decoded_{nullptr};
  mutable void (*destroy_)(void*) = nullptr;  // set by the thread that has set decoded_
};

/// Shared by results and by the links that have its tasks. Neither copied nor moved.
class Future {
 public:
  /// Requires: `size` is not 0.
  Future(Asked asked, std::size_t size)
      : asked_(std::move(asked)), size_(size), others_(size == 1 ? nullptr : new Pending[size - 1]) {}

  std::size_t size() const noexcept { return size_; }
  Pending& operator[](std::size_t i) noexcept { return i == 0 ? first_ : others_[i - 1]; }
  const Pending& operator[](std::size_t i) const noexcept { return i == 0 ? first_ : others_[i - 1]; }
  /// Task `i` of it, which keeps it alive.
  static std::shared_ptr<Pending> task(const std::shared_ptr<Future>& future, std::size_t i) {
    return {future, &(*future)[i]};
  }

  const Asked& asked() const noexcept { return asked_; }
  bool ready() const noexcept;
  /// Whether all were ready in time; as Pending::wait_until().
  bool wait_until(std::optional<std::chrono::steady_clock::time_point> deadline) const;
  /// Runs `work` once all are ready; as Pending::then().
  void then(Continuation work);

 private:
  const Asked asked_;
  const std::size_t size_;
  Pending first_;  // most calls have one target, and need no array
  const std::unique_ptr<Pending[]> others_;
};

/// Throws the error of a call with one target, or a CompositeError of all that failed. Requires: they are ready.
void throw_failures(std::span<const std::shared_ptr<Future>> calls);

}  // namespace enginery
