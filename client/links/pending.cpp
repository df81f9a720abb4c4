// client/links/pending.cpp: one task on one engine, from its submission to its outcome.
#include "client/links/pending.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <climits>

#include <fmt/format.h>

#include <enginery/decode.hpp>
#include <enginery/errors.hpp>

#include "client/links/engine_link.hpp"
#include "core/tasks/task_wait.hpp"
#include "core/transport/forked.hpp"
#include "core/transport/spin.hpp"

namespace enginery {
namespace {

/// Sleeps while `word` is `expected`, until woken or `deadline` (CLOCK_MONOTONIC, absolute).
void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, const timespec* deadline) {
  syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, expected, deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
}
void futex_wake(std::atomic<std::uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

std::chrono::system_clock::time_point utc(std::int64_t nanoseconds) {
  return std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::nanoseconds(nanoseconds)));
}

}  // namespace

void Pending::set_task(std::weak_ptr<EngineLink> link, const Uuid& session, std::uint64_t seq) {
  link_ = std::move(link);
  session_ = session;
  seq_ = seq;
}

void Pending::complete(Bytes body, std::vector<Bytes> bulk) {
  body_ = std::move(body);
  bulk_ = std::move(bulk);
  finish();
}

void Pending::fail(std::exception_ptr error) {
  error_ = std::move(error);
  finish();
}

void Pending::finish() {
  received_ = Moment::now();
  const std::uint32_t before = state_.exchange(kDone, std::memory_order_acq_rel);
  if (before & kAwaited) futex_wake(state_);
  if (before & kContinued) {
    std::vector<Continuation> continuations;
    {
      const std::lock_guard lock(continuing_);
      continuations.swap(continuations_);
    }
    for (auto& work : continuations) post(std::move(work));
  }
}

void Pending::then(Continuation work) {
  if (!ready()) transport::refuse_if_forked();
  {
    const std::lock_guard lock(continuing_);
    if (!(state_.fetch_or(kContinued, std::memory_order_acq_rel) & kDone)) {
      continuations_.push_back(std::move(work));
      return;
    }
  }
  post(std::move(work));
}

void Pending::post(Continuation work) const {
  if (const auto link = link_.lock()) return link->continuations().post(std::move(work));
  work();  // a task of this process, or of a client that has ended
}

void Pending::nudge() const {
  state_.fetch_add(kNudge, std::memory_order_acq_rel);
  futex_wake(state_);
}

bool Pending::wait_until(std::optional<std::chrono::steady_clock::time_point> deadline) const {
  if (ready()) return true;
  transport::refuse_if_forked();
  const auto late = [&] { return deadline && std::chrono::steady_clock::now() >= *deadline; };
  if (late()) return false;
  const auto label = [this] { return fmt::format("'{}' on engine {}", label_, engine_id_); };
  // What was aborted may have its outcome without running.
  if (!asked_to_abort_.load(std::memory_order_relaxed)) tasks::check_wait(engine_, label);
  const tasks::StoppableWait stoppable([this] { nudge(); });
  timespec at{};
  if (deadline) {
    const auto since = deadline->time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    at.tv_sec = seconds.count();
    at.tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds).count();
  }
  transport::Patience::of_this_thread().wait([this] { return ready(); },
                                             [&] {
                                               for (;;) {
                                                 const std::uint32_t seen =
                                                     state_.fetch_or(kAwaited, std::memory_order_acq_rel);
                                                 if ((seen & kDone) || late() || stoppable.must_end()) return;
                                                 futex_wait(state_, seen | kAwaited, deadline ? &at : nullptr);
                                               }
                                             });
  if (ready()) return true;
  stoppable.check(label);
  return false;
}

void Pending::open_outcome() const {
  if (outcome_ || error_) return;
  try {
    outcome_ = wire::unpack_outcome(body_, bulk_);
    if (outcome_->failure)
      error_ = std::make_exception_ptr(RemoteError(outcome_->failure->ename, outcome_->failure->evalue,
                                                   outcome_->failure->traceback, engine_id_, msg_id(), label_));
  } catch (...) {
    error_ = std::current_exception();
  }
  body_ = Bytes();
  bulk_.clear();
}

const Value& Pending::value() const {
  const std::lock_guard lock(decoding_);
  open_outcome();
  if (error_) std::rethrow_exception(error_);
  return outcome_->value;
}

std::exception_ptr Pending::error() const {
  const std::lock_guard lock(decoding_);
  open_outcome();
  return error_;
}

const void* Pending::decoded(const TaskHandle::Decoding& decoding) const {
  const std::lock_guard lock(decoding_);
  open_outcome();
  if (error_) std::rethrow_exception(error_);
  if (!decoded_) {
    try {
      decoded_ = std::shared_ptr<void>(decoding.decode(outcome_->value), decoding.destroy);
    } catch (const Error&) {
      rethrow_for(Origin::result, label_);
    }
  }
  return decoded_.get();
}

Metadata Pending::metadata() const {
  Metadata metadata;
  metadata.engine_id = engine_id_;
  metadata.engine_uuid = engine_.text();
  metadata.msg_id = msg_id();
  metadata.label = label_;
  metadata.submitted = submitted_.wall;
  metadata.execute_input = execute_input_;
  if (!ready()) return metadata;
  const std::lock_guard lock(decoding_);
  open_outcome();
  metadata.received = received_.wall;
  metadata.status = error_ ? Status::error : Status::ok;
  if (outcome_) {
    metadata.started = utc(outcome_->started);
    metadata.completed = utc(outcome_->completed);
    metadata.build_id = outcome_->build_id;
    metadata.execute_result = outcome_->execute_result;
    metadata.out = outcome_->out;
    metadata.err = outcome_->err;
  }
  if (error_) {
    try {
      std::rethrow_exception(error_);
    } catch (const TaskAborted& error) {
      metadata.status = Status::aborted;
      metadata.error = error.what();
    } catch (const std::exception& error) {
      metadata.error = error.what();
    }
  }
  return metadata;
}

TaskHandle::Times Pending::times() const {
  TaskHandle::Times times{submitted_.steady, std::nullopt};
  if (!ready()) return times;
  const std::lock_guard lock(decoding_);
  open_outcome();
  times.received = received_.steady;
  if (outcome_) times.ran = std::chrono::nanoseconds(outcome_->ran);
  return times;
}

void Pending::abort() const {
  if (ready()) return;
  transport::refuse_if_forked();
  asked_to_abort_.store(true, std::memory_order_relaxed);
  if (const auto link = link_.lock()) link->abort(session_, seq_);
}

std::string Pending::msg_id() const { return session_.text() + "_" + std::to_string(seq_); }

}  // namespace enginery
