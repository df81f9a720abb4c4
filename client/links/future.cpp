// client/links/future.cpp: what stands behind every result: the tasks of one call, one for each of its targets.
//
// The link's thread only stores the bytes of an outcome and wakes the waiting threads: work of the user's codecs there
// would delay all other answers. The first thread that reads the outcome unpacks it, and all later ones share that.
#include "client/links/future.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/links/balancer.hpp"
#include "client/links/engine_link.hpp"
#include "core/processes/host.hpp"
#include "core/tasks/task_wait.hpp"
#include "core/transport/forked.hpp"

namespace enginery {

Pending::~Pending() {
  if (void* const object = decoded_.load(std::memory_order_relaxed)) destroy_(object);
}

void Pending::ask(const Asked& asked, int engine_id, const Uuid& engine) {
  asked_ = &asked;
  submitted_ = Moment::now();
  engine_id_ = engine_id;
  engine_ = engine;
}

void Pending::set_task(std::weak_ptr<EngineLink> link, const Uuid& session, std::uint64_t seq) {
  link_ = std::move(link);
  session_ = session;
  seq_ = seq;
}

void Pending::complete(Bytes body, std::vector<Bytes> bulk) {
  body_ = std::move(body);
  bulk_ = std::move(bulk);
  has_outcome_ = true;
  finish();
}

void Pending::fail(std::exception_ptr error, bool withdrawn) {
  error_ = std::move(error);
  withdrawn_ = withdrawn;
  finish();
}

void Pending::place_by(const std::shared_ptr<Balancer>& balancer, const Asked& asked, std::uint64_t job,
                       const Uuid& engine) {
  ask(asked, kUnplaced, Uuid());
  planned_ = engine;
  balancer_ = balancer;
  job_ = job;
}

void Pending::adopt(Pending& attempt) {
  engine_id_ = attempt.engine_id_;
  engine_ = attempt.engine_;
  link_ = attempt.link_;
  session_ = attempt.session_;
  seq_ = attempt.seq_;
  body_ = std::move(attempt.body_);
  bulk_ = std::move(attempt.bulk_);
  error_ = std::move(attempt.error_);
  has_outcome_ = attempt.has_outcome_;
  finish();
}

// For a task of this process, or of a client that has ended, there is no thread of continuations: the work runs here.
void Pending::finish() {
  received_ = Moment::now();
  TaskObserver* const observer = observer_;
  completed_.happen([this](Continuation work) { post(std::move(work)); });
  if (observer) observer->on_end();
}

void Pending::then(Continuation work) {
  if (!ready()) transport::refuse_if_forked();
  completed_.follow(std::move(work), [this](Continuation ready) { post(std::move(ready)); });
}

void Pending::post(Continuation work) const {
  if (work.at_once) return work();
  if (const auto link = link_.lock()) return link->continuations().post(std::move(work));
  if (const auto balancer = balancer_.lock()) return balancer->continuations().post(std::move(work));
  work();
}

bool Pending::wait_until(std::optional<std::chrono::steady_clock::time_point> deadline) const {
  if (ready()) return true;
  transport::refuse_if_forked();
  if (deadline && std::chrono::steady_clock::now() >= *deadline) return false;
  const auto what = [this] {
    if (job_ == 0) return fmt::format("'{}' on engine {}", label(), engine_id_);
    return fmt::format("'{}' on some engine", label());
  };
  // An aborted task may get its outcome without running, so waiting for it is no deadlock.
  if (!asked_to_abort_.load(std::memory_order_relaxed)) tasks::check_wait(job_ == 0 ? engine_ : planned_, what);
  return completed_.wait_until(deadline, what);
}

void Pending::open_outcome() const {
  std::call_once(opened_, [this]() noexcept {
    if (error_) return;
    try {
      outcome_ = wire::unpack_outcome(body_, bulk_);
      if (outcome_->failure)
        error_ = std::make_exception_ptr(RemoteError(outcome_->failure->ename, outcome_->failure->evalue,
                                                     outcome_->failure->traceback, engine_id_, msg_id(), label()));
    } catch (...) {
      error_ = std::current_exception();
    }
    body_ = Bytes();
    bulk_.clear();
  });
}

std::exception_ptr Pending::error() const {
  open_outcome();
  return error_;
}

const Value& Pending::value() const {
  open_outcome();
  if (error_) std::rethrow_exception(error_);
  return outcome_->value;
}

// Several threads may decode at the same time. All get the object of the first that is done.
const void* Pending::decoded(const detail::Decoding& decoding) const {
  if (const void* object = decoded_.load(std::memory_order_acquire)) return object;
  void* const made = decoding.decode(value(), label());
  void* kept = nullptr;
  if (!decoded_.compare_exchange_strong(kept, made, std::memory_order_acq_rel)) {
    decoding.destroy(made);
    return kept;
  }
  destroy_ = decoding.destroy;
  return made;
}

std::chrono::nanoseconds Pending::ran() const {
  open_outcome();
  return std::chrono::nanoseconds(outcome_ ? outcome_->ran : 0);
}

Metadata Pending::metadata() const {
  Metadata metadata;
  if (placed() && engine_id_ != kUnplaced) {
    metadata.engine_id = engine_id_;
    metadata.engine_uuid = engine_.text();
    metadata.msg_id = msg_id();
  }
  metadata.label = label();
  metadata.submitted = submitted_.wall;
  metadata.execute_input = asked_->execute_input;
  if (!ready()) return metadata;
  open_outcome();
  metadata.received = received_.wall;
  metadata.status = error_ ? Status::error : Status::ok;
  if (outcome_) {
    metadata.started = cluster::utc_time(outcome_->started);
    metadata.completed = cluster::utc_time(outcome_->completed);
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

void Pending::abort() const {
  if (ready()) return;
  transport::refuse_if_forked();
  asked_to_abort_.store(true, std::memory_order_relaxed);
  if (const auto balancer = balancer_.lock()) return balancer->abort(job_);
  if (const auto link = link_.lock()) link->abort(session_, seq_);
}

void Pending::withdraw() const {
  if (const auto link = link_.lock()) link->abort(session_, {seq_, true});
}

std::string Pending::msg_id() const {
  if (!placed()) return "";
  return session_.text() + "_" + std::to_string(seq_);
}

bool Future::ready() const noexcept {
  for (std::size_t i = 0; i < size_; ++i)
    if (!(*this)[i].ready()) return false;
  return true;
}

bool Future::wait_until(std::optional<std::chrono::steady_clock::time_point> deadline) const {
  for (std::size_t i = 0; i < size_; ++i)
    if (!(*this)[i].wait_until(deadline)) return false;
  return true;
}

void Future::then(Continuation work) {
  if (size_ == 1) return first_.then(std::move(work));
  struct Open {
    std::atomic<std::size_t> tasks;
    Continuation work;
  };
  const auto open = std::make_shared<Open>(size_, std::move(work));
  const auto one = [&open] {
    Continuation ended([open] {
      if (open->tasks.fetch_sub(1) == 1) open->work();
    });
    ended.at_once = open->work.at_once;
    return ended;
  };
  // After the last then() the work may have run and destroyed this object, so size_ is read before.
  for (std::size_t i = 0, size = size_; i < size; ++i) (*this)[i].then(one());
}

void throw_failures(std::span<const std::shared_ptr<Future>> calls) {
  std::vector<CompositeError::Failure> failures;
  std::size_t targets = 0;
  for (const auto& call : calls) {
    targets = std::max(targets, call->size());
    for (std::size_t i = 0; i < call->size(); ++i) {
      const Pending& task = (*call)[i];
      const std::exception_ptr error = task.error();
      if (!error) continue;
      if (call->size() == 1) std::rethrow_exception(error);
      try {
        std::rethrow_exception(error);
      } catch (const std::exception& thrown) {
        failures.push_back({task.engine_id(), thrown.what(), error});
      }
    }
  }
  if (!failures.empty()) throw CompositeError(std::move(failures), targets);
}

}  // namespace enginery
