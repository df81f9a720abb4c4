// tests/unit/scheduling/scheduling_rules.cpp: the rules that a ledger holds the scheduler to.
#include <algorithm>
#include <utility>

#include "scheduling_ledger.hpp"

namespace enginery::scheduling::simulation {

using namespace std::chrono_literals;

void Ledger::apply(const Action& action, Time now) {
  if (const auto* send = std::get_if<Send>(&action)) {
    check_send(*send, now);
  } else if (const auto* back = std::get_if<TakeBack>(&action)) {
    check_take_back(*back);
  } else if (const auto* abort = std::get_if<Abort>(&action)) {
    const auto at = pieces.find(abort->piece);
    demand(at != pieces.end() && at->second.engine == abort->engine, "a piece is aborted where it is");
    demand(jobs.at(at->second.job).aborted, "only what the user aborts is aborted");
  } else {
    check_fail(std::get<Fail>(action), now);
  }
}

void Ledger::check_send(const Send& send, Time now) {
  const auto to = engines.find(send.engine);
  demand(to != engines.end(), "work is sent to living engines");
  demand(jobs.contains(send.job), "work is of a known job");
  Job& job = jobs.at(send.job);
  demand(released(job), "work is sent once nothing is awaited, and not after an abort");
  demand(may_run(job, send.engine, to->second.id), "work is sent where it may run");
  demand(send.items.count > 0 && send.items.end() <= job.items.size(), "a piece is of the job's items");
  for (const JobId followed : job.options.follow)
    demand(results.at(followed).ran_on == send.engine, "a job runs where all ran that it follows");

  Engine& engine = to->second;
  const auto estimate = estimates_.find(job.options.kind);
  const bool known = estimate != estimates_.end();
  if (!engine.pieces.empty()) {
    demand(known, "nothing unknown is sent ahead");
    const Piece& first = pieces.at(engine.pieces.front());
    demand(engine.pieces.size() > 1 || estimates_.contains(jobs.at(first.job).options.kind),
           "what is unknown is sent alone");
    Time ahead{0};
    for (const PieceId id : engine.pieces) ahead += pieces.at(id).estimate;
    demand(ahead - first.estimate < Scheduler::kAhead, "a window is as long as it may be");
    demand(engine.pieces.size() <= Scheduler::kMostAhead, "a window has as many pieces as it may have");
  }
  std::uint64_t most = 1;
  if (job.options.chunk) {
    most = job.options.chunk;
  } else if (known) {
    const std::uint64_t share = 2 * servers(job),
                        fit = static_cast<std::uint64_t>(Scheduler::kPieceTime / estimate->second);
    most = std::max<std::uint64_t>(1, std::min(fit, (job.waiting + share - 1) / share));
  }
  demand(send.items.count <= most, "a piece is not too large");

  for (std::uint64_t i = send.items.first; i < send.items.end(); ++i) {
    Item& item = job.items[i];
    demand(!item.ended && !item.sent && !item.must_end, "what is sent waits");
    item.sent = true;
  }
  job.waiting -= send.items.count;
  job.sent += send.items.count;
  const Time expected = known ? estimate->second * static_cast<std::int64_t>(send.items.count) : Time(0);
  demand(pieces.emplace(send.piece, Piece{send.job, send.engine, send.items, now, expected}).second,
         "a piece has a number of its own");
  engine.pieces.push_back(send.piece);
  touched_.insert(send.job);
}

void Ledger::check_take_back(const TakeBack& action) {
  const auto at = pieces.find(action.piece);
  demand(at != pieces.end() && at->second.engine == action.engine, "a piece is taken back from where it is");
  Piece& piece = at->second;
  const auto holder = engines.find(piece.engine);
  demand(holder != engines.end(), "nothing is asked of the dead");
  demand(holder->second.pieces.front() != action.piece, "only what waits is taken back");
  demand(!std::exchange(piece.asked_back, true), "a piece is asked back once");
  const Job& job = jobs.at(piece.job);
  demand(std::ranges::any_of(
             engines,
             [&](const auto& one) { return one.second.pieces.empty() && may_run(job, one.first, one.second.id); }),
         "work is taken back for an engine without work");
}

void Ledger::check_fail(const Fail& fail, Time now) {
  demand(jobs.contains(fail.job), "a failure is of a known job");
  Job& job = jobs.at(fail.job);
  demand(!job.over, "nothing fails in a job that is over");
  demand(fail.items.end() <= job.items.size(), "a failure is of the job's items");
  demand(fail.items.count > 0 || job.items.empty(), "a failure is of items, unless there are none");
  for (std::uint64_t i = fail.items.first; i < fail.items.end(); ++i) {
    Item& item = job.items[i];
    demand(!item.sent, "what an engine holds is not given up");
    if (item.must_end)
      demand(item.must_end == fail.reason, "an item ends for the right reason");
    else
      demand(holds(job, fail, now), "a failure has a reason");
    must_end_.erase({fail.job, i});
    end(job, item);
  }
  if (fail.items.count == 0) demand(holds(job, fail, now), "a failure has a reason");
  job.failed = true;
  const bool awaited = fail.reason == Reason::dependency || fail.reason == Reason::scattered ||
                       (fail.reason == Reason::unreachable && fail.cause != 0) || fail.reason == Reason::followed_dead;
  if (awaited) job.doomed = true;
  touched_.insert(fail.job);
  end_if_over(fail.job, now);
}

bool Ledger::holds(const Job& job, const Fail& fail, Time now) const {
  const bool follows = std::ranges::count(job.options.follow, fail.cause) > 0;
  const bool waits = follows || std::ranges::count(job.options.after, fail.cause) > 0;
  const auto cause = results.find(fail.cause);
  switch (fail.reason) {
    case Reason::dependency:
      return waits && cause != results.end() && !cause->second.ok;
    case Reason::scattered:
      return follows && cause->second.ok &&
             (!cause->second.ran_on || std::ranges::any_of(job.options.follow, [&](JobId other) {
               return results.contains(other) && results.at(other).ran_on != cause->second.ran_on;
             }));
    case Reason::followed_dead:
      return follows && !engines.contains(pinned(job).value());
    case Reason::no_engines:
      return servers(job) == 0 && (no_more || impossible(job));
    case Reason::unreachable:
      if (follows) return servers(job) == 0;
      return servers(job) == 0 && now - barren_since(job) >= job.options.queue_timeout;
    case Reason::aborted:
      return job.aborted;
    default:
      return false;  // only what a death leads to
  }
}

void Ledger::check(const Scheduler& scheduler) {
  demand(must_end_.empty(), "what must end, ends at once");
  for (const JobId id : touched_) {
    const Job& job = jobs.at(id);
    const std::optional<JobState> state = scheduler.state(id);
    demand(state.has_value() != job.over, "a job is known until it is over");
    if (!state) continue;
    demand(state->done == job.ended && state->waiting == job.waiting && state->running == job.sent,
           "a job's state is right");
    demand(!job.doomed || job.waiting == 0, "nothing waits in a job that has failed");
  }
  touched_.clear();
}

void Ledger::check_waits(Time now, Time slack, const std::function<bool(EngineKey)>& silent) const {
  for (const auto& [id, job] : jobs) {
    if (job.over || !released(job)) continue;
    if (job.waiting > 0 && servers(job) == 0) {
      demand(job.options.follow.empty() && !no_more && !impossible(job), "nothing waits for engines that cannot come");
      if (job.options.queue_timeout != kNever)
        demand(now - std::max(job.waits_since, barren_since(job)) <= job.options.queue_timeout + slack,
               "who waits for an engine too long, fails");
    }
    if (job.waiting == 0) continue;
    for (const auto& [key, engine] : engines)
      if (engine.pieces.empty() && may_run(job, key, engine.id))
        demand(now - std::max(engine.idle_since, job.waits_since) <= slack, "no engine is idle beside unsent work");
  }
  std::vector<std::pair<EngineKey, const Engine*>> idle;
  for (const auto& [key, engine] : engines)
    if (engine.pieces.empty()) idle.emplace_back(key, &engine);
  if (idle.empty()) return;
  for (const auto& [holder, engine] : engines) {
    if (silent(holder)) continue;
    for (std::size_t i = 1; i < engine.pieces.size(); ++i) {
      const Piece& piece = pieces.at(engine.pieces[i]);
      for (const auto& [key, other] : idle)
        if (may_run(jobs.at(piece.job), key, other->id) && !jobs.at(piece.job).aborted)
          demand(now - std::max(other->idle_since, piece.sent) <= slack, "no engine is idle beside work that waits");
    }
  }
}

}  // namespace enginery::scheduling::simulation
