// client/links/engine_link_tick.cpp: what a link does by the clock: it looks for dead engines, time limits, and lacks.
//
// Usually an answer, a message of the hub or a broken connection says what became of a task. The clock finds the other
// cases: a process that is gone although no message said so, and something that this process has long been lacking,
// such as descriptors.
//
// Engines keep the time limits of tasks. But an engine that a signal or a debugger has stopped, or that cannot be
// reached, keeps none. So a task fails here when its time is over and its engine was silent for two seconds; an engine
// that runs answers twice in that time. While tasks wait at the gate there may be no Exchange on its way, so the link
// asks the engine for its status. If this process itself stood still, that time does not count as silence.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>

#include "client/links/engine_link.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
constexpr session::Time kUnheard = 2s, kLimitLook = 500ms;
/// Between looks whether the engine's process lives, while tasks are outstanding. Usually the hub reports a death, or a
/// connection breaks. But there may be no hub, and NNG silently keeps what is sent to a connection that just broke.
constexpr session::Time kProcessLook = 500ms;
/// The hub says how an engine died. If it says nothing for so long, the error says only that the process is gone.
constexpr session::Time kWordOfDeath = 300ms;

std::exception_ptr unheard(const Pending& pending, std::uint64_t pid) {
  return std::make_exception_ptr(TaskTimeout(fmt::format(
      "task '{0}' on engine {1} has no outcome, its time limit of {2:g} s is over, and the engine does not answer: its "
      "process (pid {3}) is stopped by SIGSTOP (`kill -CONT {3}` ends that) or a debugger, or its host cannot be "
      "reached. The task may still run when the engine goes on; `enginery status` shows the engine",
      pending.label(), pending.engine_id(), Seconds(pending.time_limit()).count(), pid)));
}

}  // namespace

session::Time EngineLink::tick() {
  session::ClientActions actions;
  Lock lock(mutex_);
  if (!death_ && (look_ || !pending_.empty())) die_if_gone(lock);
  if (!death_) give_up_for_lack(lock);
  if (!death_) give_up_unheard(lock);
  const bool dials = tasks_.look() | bulk_.look();
  if (!death_) {
    session_->tick(ClientClock::now(), actions);
    open_gate(actions);
  }
  session::Time next = death_ ? session::kNever : next_look();
  if (dials || look_ || !gate_.empty()) next = std::min(next, ClientClock::now() + kDialLook);
  perform(lock, actions);
  return next;
}

bool EngineLink::process_is_gone() const {
  return reach_.same_pids && !ProcessId{static_cast<int>(engine_.pid), engine_.start}.alive();
}

void EngineLink::look() {
  if (process_is_gone()) die("its process is gone");
}

void EngineLink::die_if_gone(Lock& lock) {
  const session::Time now = ClientClock::now();
  look_ = process_is_gone();
  if (!look_) return;
  if (gone_since_ == session::kNever) gone_since_ = now;
  if (now - gone_since_ < kWordOfDeath) return;
  lock.unlock();
  die("its process is gone");
  lock.lock();
}

session::Time EngineLink::next_look() const {
  const session::Time now = ClientClock::now();
  session::Time next = session_->next_deadline();
  if (reach_.same_pids && !pending_.empty()) next = std::min(next, now + kProcessLook);
  if (first_limit_ != session::kNever) next = std::min(next, now + kLimitLook);
  return next;
}

void EngineLink::give_up_for_lack(Lock& lock) {
  if (pending_.empty()) return;
  auto words = tasks_.take_lack();
  if (!words) words = bulk_.take_lack();
  if (!words) words = lack_.take(std::chrono::steady_clock::now());
  if (!words) return;
  fail_all(lock, std::make_exception_ptr(ConnectionError(fmt::format(
                     "this process cannot reach engine {}: {}. Its outstanding tasks have failed; those that "
                     "were sent before may still run",
                     engine_.id, *words))));
  lock.lock();
}

void EngineLink::watch_limit(const Pending& pending) {
  if (pending.time_limit() == session::Time{0}) return;
  const session::Time now = ClientClock::now();
  if (first_limit_ == session::kNever) standstill_ = session::Standstill(now);
  first_limit_ = std::min(first_limit_, pending.time_over());
  clock_->arm(now + kLimitLook);
}

void EngineLink::give_up_unheard(Lock& lock) {
  const session::Time now = ClientClock::now();
  if (standstill_.since_last_look(now) > session::Time::zero()) heard_ = now;
  if (now < first_limit_) return;
  first_limit_ = session::kNever;
  std::vector<std::shared_ptr<Pending>> late;
  session::ClientActions actions;
  for (std::uint64_t seq = first_seq_; seq < first_seq_ + pending_.size(); ++seq) {
    std::shared_ptr<Pending>& pending = pending_[seq - first_seq_];
    if (!pending || pending->time_limit() == session::Time{0}) continue;
    if (now < pending->time_over() || now < std::max(heard_, pending->submitted()) + kUnheard) {
      first_limit_ = std::min(first_limit_, pending->time_over());
    } else if (!gate_.empty() && seq >= gate_.front().seq) {
      late.push_back(settle(gate_[seq - gate_.front().seq]));
    } else {
      session_->abort(seq, now, actions);
      late.push_back(std::move(pending));
    }
  }
  const auto at_gate = [this] { return !gate_.empty() && gate_.front().seq == first_seq_; };
  for (; !pending_.empty() && !pending_.front() && !at_gate(); ++first_seq_) pending_.pop_front();
  const bool asks = !gate_.empty() && first_limit_ <= now && !std::exchange(asks_, true);
  perform(lock, actions);
  for (const auto& pending : late) pending->fail(unheard(*pending, engine_.pid));
  if (asks)
    tasks_.send_if_up(wire::encode_status_request(engine_.uuid),
                      [self = weak_from_this()](messages::Message, const char* failure) {
                        const auto link = self.lock();
                        if (!link) return;
                        const Lock answered(link->mutex_);
                        link->asks_ = false;
                        if (!failure) link->heard_ = ClientClock::now();
                      });
  if (!late.empty()) room_.notify_all();
  lock.lock();
}

}  // namespace enginery
