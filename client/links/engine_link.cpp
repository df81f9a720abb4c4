// client/links/engine_link.cpp: a client's end of its session with one engine, over NNG.
//
// The submitting thread takes the lock, gives the task to the state machine, releases the lock, and sends what the
// machine asked for. NNG's thread does the same with an answer. So a blocking call needs no other thread of the client.
// engine_link_lines.cpp sends and receives, engine_link_tick.cpp keeps deadlines, and engine_link_gate.cpp holds the
// tasks that wait for code.
#include "client/links/engine_link.hpp"

#include <limits>
#include <utility>

#include <fmt/format.h>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>
#include <enginery/task_handle.hpp>

#include "core/tasks/task_wait.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
/// An engine answers within a second. After a longer silence the connection is taken for broken, also on one host.
session::Limits limits_of_links() {
  session::Limits limits;
  limits.unanswered = 3s;
  return limits;
}

/// The seq of a task that was submitted after the engine's death.
constexpr std::uint64_t kAfterDeath = std::numeric_limits<std::uint64_t>::max();

/// Why a task has no outcome of its own. Requires: it has not ended as done.
std::exception_ptr why(session::Ending ending, const Pending& task) {
  const int id = task.engine_id();
  const double limit = Seconds(task.time_limit()).count();
  switch (ending) {
    case session::Ending::aborted:
      return std::make_exception_ptr(
          TaskAborted(fmt::format("task '{}' on engine {} was aborted before it started", task.label(), id)));
    case session::Ending::no_memory:
      return std::make_exception_ptr(RemoteError(
          "MemoryError",
          fmt::format("engine {} has no memory for the arguments of '{}', which does not run; let variables go (`del`, "
                      "`clear`), send less at once, or raise its --memory-limit",
                      id, task.label()),
          "", id, task.msg_id(), task.label()));
    case session::Ending::expired:
      return std::make_exception_ptr(TaskTimeout(
          fmt::format("task '{}' on engine {} had not started when its time limit of {:g} s was over, and does not "
                      "run; what ran before it took too long, so give the view a longer `timeout`, or none",
                      task.label(), id, limit)));
    default:
      return std::make_exception_ptr(TaskTimeout(
          fmt::format("task '{0}' on engine {1} was running when its time limit of {2:g} s was over; it was asked to "
                      "stop and still runs, until it looks at stop_requested() or is done; rc.kill({1}) would end it",
                      task.label(), id, limit)));
  }
}

}  // namespace

EngineLink::EngineLink(wire::EngineEntry engine, Reach reach, std::shared_ptr<ClientClock> clock,
                       std::shared_ptr<Continuations> continuations)
    : engine_(std::move(engine)),
      clock_(std::move(clock)),
      continuations_(std::move(continuations)),
      limits_(limits_of_links()),
      reach_(std::move(reach)),
      tasks_(reach_.tasks),
      bulk_(reach_.bulk) {
  new_session();
}

void EngineLink::new_session() {
  session_id_ = Uuid::random();
  session_.emplace(engine_.uuid, session_id_, limits_, session_ ? session_->door() : 0);
  if (reach_.same_pids) {
    const ProcessId self = ProcessId::self();
    session_->set_client_process(static_cast<std::uint64_t>(self.pid), self.start);
  }
  pending_.clear();
  gate_.clear();
  gate_bytes_ = 0;
  first_seq_ = 1;
  link_ = 1;
  tasks_.drop();
  bulk_.drop();
}

std::exception_ptr EngineLink::death(const std::string& label, std::uint64_t seq) const {
  AtDeath state = seq == kAfterDeath ? AtDeath::not_started : AtDeath::unknown;
  LastOfEngine last;
  if (death_->last) {
    last = {.words = death_->last->words, .traceback = death_->last->traceback};
    if (death_->last->running) last.ran = death_->last->running->name;
    if (seq != kAfterDeath) state = death_->last->state_of(death_->session, seq);
    if (state == AtDeath::running) last.item = death_->last->running->item;
  }
  return std::make_exception_ptr(EngineDied(engine_.id, death_->how, label, state, std::move(last)));
}

void EngineLink::submit(wire::Packed call, std::shared_ptr<Pending> pending,
                        const std::shared_ptr<const modules::ModuleFiles>& needs, Room room) {
  const std::uint64_t bytes = call.size();
  const session::Time time_limit = pending->time_limit();
  session::ClientActions actions;
  Lock lock(mutex_);
  while (!death_ && room != Room::overfill && !has_room(bytes)) {
    lock.unlock();
    wait_for_room(bytes);
    lock.lock();
  }
  if (death_) {
    const std::exception_ptr error = death(pending->label(), kAfterDeath);
    lock.unlock();
    return pending->fail(error);
  }
  if (pending_.empty()) lack_.clear();  // nobody was waiting, so the time of the lack begins anew
  pending_.push_back(pending);
  const std::uint64_t seq = first_seq_ + pending_.size() - 1;
  pending->set_task(weak_from_this(), session_id_, seq);
  if (gate_.empty() && (!needs || modules_.contains(needs->fingerprint()))) {
    session_->submit(std::move(call.body), std::move(call.bulk), ClientClock::now(), actions, time_limit);
  } else {
    gate_.push_back({seq, std::move(call), needs, time_limit});
    gate_bytes_ += bytes;
    open_gate(actions);
  }
  watch_limit(*pending);
  // Without an action there is nothing to send yet: the answer to an Exchange that is on its way sends the task.
  if (!actions.empty()) perform(lock, actions);
}

void EngineLink::wait_for_room(std::uint64_t bytes) {
  const auto what = [this] { return fmt::format("room in the queue of engine {}", engine_.id); };
  tasks::check_wait(engine_.uuid, what);
  const tasks::StoppableWait stoppable([this] {
    const Lock lock(mutex_);
    room_.notify_all();
  });
  {
    Lock lock(mutex_);
    room_.wait(lock, [&] { return death_ || has_room(bytes) || stoppable.must_end(); });
  }
  stoppable.check(what);
}

void EngineLink::abort(const Uuid& session, session::Abort task) {
  session::ClientActions actions;
  Lock lock(mutex_);
  if (death_ || session != session_id_) return;
  if (!gate_.empty() && task.seq >= gate_.front().seq) {
    Gated& gated = gate_[task.seq - gate_.front().seq];
    const std::shared_ptr<Pending> pending = gated.settled ? nullptr : settle(gated);
    open_gate(actions);
    perform(lock, actions);
    room_.notify_all();
    if (pending) pending->fail(why(session::Ending::aborted, *pending), true);
    return;
  }
  session_->abort(task, ClientClock::now(), actions);
  perform(lock, actions);
}

void EngineLink::perform(Lock& lock, session::ClientActions& actions) {
  const session::Time deadline = next_look();
  std::vector<std::pair<std::shared_ptr<Pending>, session::Deliver*>> ended;
  const session::Lost* lost = nullptr;
  for (session::ClientAction& action : actions) {
    if (auto* deliver = std::get_if<session::Deliver>(&action)) {
      if (death_) continue;  // the client is closed, and what was pending has failed
      // A task that was settled at the gate went to the engine as an empty task; nobody awaits its outcome.
      if (deliver->seq < first_seq_ || !pending_[deliver->seq - first_seq_]) continue;
      ended.emplace_back(std::move(pending_[deliver->seq - first_seq_]), deliver);
      while (!pending_.empty() && !pending_.front()) {
        pending_.pop_front();
        ++first_seq_;
      }
    } else if (const auto* relink = std::get_if<session::Relink>(&action)) {
      link_ = relink->link;
      tasks_.drop();
      tasks_.renew();
      look_ = true;
      clock_->arm(ClientClock::now());
    } else if (std::holds_alternative<session::RenewBulk>(action)) {
      bulk_.renew();
    } else if (const auto* end = std::get_if<session::Lost>(&action)) {
      lost = end;
    }
  }
  lock.unlock();
  clock_->arm(deadline);
  for (session::ClientAction& action : actions) {
    if (auto* exchange = std::get_if<session::SendExchange>(&action)) send(std::move(exchange->exchange));
    if (auto* chunk = std::get_if<session::SendChunk>(&action)) send(chunk->chunk);
    if (auto* fetch = std::get_if<session::SendFetch>(&action)) send(fetch->fetch);
  }
  for (const auto& [pending, outcome] : ended)
    if (outcome->ending == session::Ending::done)
      pending->complete(std::move(outcome->body), std::move(outcome->bulk));
    else
      pending->fail(why(outcome->ending, *pending), outcome->ending == session::Ending::aborted);
  if (lost) lose(*lost);
}

void EngineLink::lose(const session::Lost& lost) {
  if (lost.why == session::Status::wrong_engine) return die("another process took its place");
  Lock lock(mutex_);
  if (lost.why == session::Status::busy)
    return fail_all(lock, std::make_exception_ptr(SessionLost(fmt::format(
                              "engine {} does not take this client: {}. Nothing was run", engine_.id, lost.words))));
  const bool own = lost.why == session::Status::no_memory;  // this side ended the session
  fail_all(lock, std::make_exception_ptr(SessionLost(fmt::format(
                     "{} engine {}: {}. What was outstanding is not run again, submit it anew",
                     own ? "this client gave up its session with" : "this client has no session any more with",
                     engine_.id, lost.words))));
}

void EngineLink::fail_all(Lock& lock, std::exception_ptr error) {
  const std::deque<std::shared_ptr<Pending>> failed = std::move(pending_);
  new_session();
  lock.unlock();
  room_.notify_all();
  for (const auto& pending : failed)
    if (pending) pending->fail(error);
}

void EngineLink::die(const std::string& how, std::optional<messages::LastMoments> last) {
  Lock lock(mutex_);
  if (death_) return;
  death_ = Death{how, std::move(last), session_id_};
  const std::uint64_t first = first_seq_;
  const std::deque<std::shared_ptr<Pending>> failed = std::move(pending_);
  new_session();
  tasks_.stop();
  bulk_.stop();
  lock.unlock();
  room_.notify_all();
  for (std::size_t i = 0; i < failed.size(); ++i)
    if (failed[i]) failed[i]->fail(death(failed[i]->label(), first + i));
}

void EngineLink::close() {
  session::ClientActions actions;
  Lock lock(mutex_);
  if (!death_ && tasks_.up()) session_->bye(ClientClock::now(), actions);
  death_ = Death{"its client was closed"};
  std::deque<std::shared_ptr<Pending>> failed = std::move(pending_);
  pending_.clear();
  perform(lock, actions);
  lock.lock();
  new_session();  // a late answer finds nothing of the old one
  lock.unlock();
  room_.notify_all();
  for (const auto& pending : failed)
    if (pending)
      pending->fail(std::make_exception_ptr(ConnectionError("the client of '" + pending->label() +
                                                            "' was destroyed before its result came; keep it alive")));
}

void EngineLink::end(std::chrono::steady_clock::time_point deadline) {
  tasks_.end(deadline);
  bulk_.end(deadline);
}

}  // namespace enginery
