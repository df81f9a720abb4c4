// client/links/pending.hpp: one task on one engine, from its submission to its outcome.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <enginery/bytes.hpp>
#include <enginery/continuation.hpp>
#include <enginery/metadata.hpp>
#include <enginery/task_handle.hpp>
#include <enginery/uuid.hpp>
#include <enginery/value.hpp>

#include "core/session/limits.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery {

class EngineLink;

/// Completed once, by the link; waited for and read by any thread. The result is decoded by who first asks for it, not
/// on the library's threads.
class Pending {
 public:
  /// `time_limit`: 0 for none.
  Pending(int engine_id, const Uuid& engine, std::string label, std::string execute_input,
          session::Time time_limit = session::Time{0})
      : engine_id_(engine_id),
        engine_(engine),
        label_(std::move(label)),
        execute_input_(std::move(execute_input)),
        time_limit_(time_limit),
        submitted_(Moment::now()) {}

  // By the link, before the task can complete.
  void set_task(std::weak_ptr<EngineLink> link, const Uuid& session, std::uint64_t seq);
  // By the link, once, whichever comes.
  void complete(Bytes body, std::vector<Bytes> bulk);
  void fail(std::exception_ptr error);

  bool ready() const noexcept { return state_.load(std::memory_order_acquire) & kDone; }
  /// Whether it was ready in time. Never throws what the task threw; in a task of an engine, DeadlockError for what
  /// this task holds up, and TaskAborted when it was asked to stop.
  bool wait_until(std::optional<std::chrono::steady_clock::time_point> deadline) const;

  /// The result. Throws what became of the task. Requires: ready().
  const Value& value() const;
  /// Why there is no result; null when there is one. Requires: ready().
  std::exception_ptr error() const;
  /// What is decoded of the value, made once. Requires: ready().
  const void* decoded(const TaskHandle::Decoding& decoding) const;

  /// Runs `work` once the task is ready, in the client's thread of continuations.
  void then(Continuation work);

  Metadata metadata() const;
  TaskHandle::Times times() const;
  void abort() const;

  /// To the engine that it went to; null when it went to none, or when the client has ended.
  std::shared_ptr<EngineLink> link() const { return link_.lock(); }
  int engine_id() const noexcept { return engine_id_; }
  const std::string& label() const noexcept { return label_; }
  session::Time time_limit() const noexcept { return time_limit_; }
  session::Time submitted() const noexcept { return submitted_.steady.time_since_epoch(); }
  /// Requires: it has a time limit.
  session::Time time_over() const noexcept { return submitted() + time_limit_; }
  std::string msg_id() const;

 private:
  /// What people read, and what durations follow from.
  struct Moment {
    std::chrono::system_clock::time_point wall{};
    std::chrono::steady_clock::time_point steady{};
    static Moment now() { return {std::chrono::system_clock::now(), std::chrono::steady_clock::now()}; }
  };
  static constexpr std::uint32_t kAwaited = 1, kContinued = 2, kDone = 4;  // bits
  static constexpr std::uint32_t kNudge = 8;  // above them: counts nudges of those who wait

  void finish();
  void nudge() const;
  void post(Continuation work) const;
  /// Requires: decoding_ is held.
  void open_outcome() const;

  const int engine_id_;
  const Uuid engine_;
  const std::string label_, execute_input_;
  const session::Time time_limit_;
  const Moment submitted_;
  Moment received_{};
  std::weak_ptr<EngineLink> link_;
  Uuid session_;
  std::uint64_t seq_ = 0;

  mutable std::atomic<std::uint32_t> state_{0};
  mutable std::atomic<bool> asked_to_abort_{false};
  std::mutex continuing_;
  std::vector<Continuation> continuations_;
  mutable std::mutex decoding_;
  mutable Bytes body_;
  mutable std::vector<Bytes> bulk_;
  mutable std::optional<wire::Outcome> outcome_;
  mutable std::exception_ptr error_;
  mutable std::shared_ptr<void> decoded_;
};

}  // namespace enginery
