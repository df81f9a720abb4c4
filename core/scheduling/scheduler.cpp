// core/scheduling/scheduler.cpp: what events do to the work of load-balanced views.
#include "core/scheduling/scheduler.hpp"

#include <algorithm>

#include "core/scheduling/scheduler_state.hpp"

namespace enginery::scheduling {
namespace {

using namespace std::chrono_literals;

/// An item that failed on an engine stays away from it for so long, if there are others.
constexpr Time kAvoids = 20ms;

}  // namespace

bool Targets::operator<(const Targets& other) const {
  return std::tie(only, never) < std::tie(other.only, other.never);
}

bool Targets::take(int id) const {
  return (!only || std::ranges::count(*only, id) > 0) && std::ranges::count(never, id) == 0;
}

Scheduler::Scheduler() : state_(std::make_unique<State>()) {}
Scheduler::~Scheduler() = default;

void Scheduler::join(EngineKey key, int id, Time now, Actions& out) {
  State& s = *state_;
  const auto [at, is_new] = s.engines.emplace(key, Engine{key, id});
  if (!is_new) return;
  s.no_more = false;
  for (auto& [_, lane] : s.lanes) s.serve(at->second, lane);
  s.refill(key, now, out);
}

void Scheduler::leave(EngineKey key, Time now, Actions& out) {
  State& s = *state_;
  const auto at = s.engines.find(key);
  if (at == s.engines.end()) return;
  State::unlist(at->second);
  for (const PieceId id : at->second.pieces) {
    const Piece& piece = s.pieces.at(id);
    piece.job->lane->waiting.erase({piece.sent, id});
  }
  std::vector<JobId> stranded;  // first all, since a lane may end with its last job
  for (Lane* lane : at->second.lanes) {
    if (--lane->engines > 0) continue;
    lane->barren_since = now;
    stranded.insert(stranded.end(), lane->jobs.begin(), lane->jobs.end());
  }
  s.engines.erase(at);
  for (const JobId id : stranded) {
    s.strand(s.jobs.at(id), now, out);
    s.end_if_over(id);
  }
  s.settle_all(now, out);
}

void Scheduler::no_more_engines(Time now, Actions& out) {
  State& s = *state_;
  s.no_more = true;
  std::vector<JobId> stranded;
  for (const auto& [_, lane] : s.lanes)
    if (lane.engines == 0) stranded.insert(stranded.end(), lane.jobs.begin(), lane.jobs.end());
  for (const JobId id : stranded) {
    s.strand(s.jobs.at(id), now, out);
    s.end_if_over(id);
  }
  s.settle_all(now, out);
}

void Scheduler::on_foreign_load(EngineKey key, std::size_t tasks) {
  State& s = *state_;
  const auto at = s.engines.find(key);
  if (at == s.engines.end() || at->second.foreign == tasks) return;
  State::unlist(at->second);
  at->second.foreign = tasks;
  s.list(at->second);
}

void Scheduler::submit(JobId id, JobOptions options, Time now, Actions& out) {
  State& s = *state_;
  Job& job = s.jobs.emplace(id, Job{id, std::move(options)}).first->second;
  job.left = job.options.items;
  for (const std::vector<JobId>* awaited : {&job.options.after, &job.options.follow})
    for (const JobId result : *awaited)
      if (s.dependents[result].insert(id).second) ++job.awaited;
  if (const auto own = s.dependents.find(id); own != s.dependents.end() && own->second.contains(id)) {
    State::doom(job, Reason::dependency, out, id);
    s.end_if_over(id);
  } else if (job.awaited == 0) {
    s.release(job, now, out);
  }
  s.settle_all(now, out);
}

void Scheduler::extend(JobId id, std::uint64_t items, Time now, Actions& out) {
  State& s = *state_;
  const auto at = s.jobs.find(id);
  if (at == s.jobs.end() || !at->second.options.open) return;
  Job& job = at->second;
  if (!job.has_work()) job.since = now;
  job.options.items += items;
  job.left += items;
  if (job.doom) return State::fail_waiting(job, job.doom->reason, out, job.doom->cause);
  State::sort_in(job);
  s.strand(job, now, out);
  s.spread(job, now, out);
}

void Scheduler::close(JobId id, Time now, Actions& out) {
  const auto at = state_->jobs.find(id);
  if (at == state_->jobs.end()) return;
  at->second.options.open = false;
  state_->end_if_over(id);
  state_->settle_all(now, out);
}

void Scheduler::abort(JobId id, Time now, Actions& out) {
  const auto at = state_->jobs.find(id);
  if (at == state_->jobs.end() || at->second.aborted()) return;
  Job& job = at->second;
  job.options.open = false;
  for (const PieceId piece : job.pieces) out.push_back(Abort{piece, state_->pieces.at(piece).engine});
  State::doom(job, Reason::aborted, out, 0);
  state_->end_if_over(id);
  state_->settle_all(now, out);
}

void Scheduler::settle(JobId result, bool ok, std::optional<EngineKey> ran_on, Time now, Actions& out) {
  state_->settled.push_back({result, ok, ran_on});
  state_->settle_all(now, out);
}

std::vector<std::uint64_t> Scheduler::on_done(PieceId id, Time ran, std::span<const std::uint64_t> failed, Time now,
                                              Actions& out) {
  State& s = *state_;
  if (!s.pieces.contains(id)) return {};
  const Piece piece = s.remove(id);
  Job& job = *piece.job;
  if (ran > Time(0)) {
    const Time each = std::max<Time>(ran / static_cast<std::int64_t>(piece.items.count), Time(1));
    if (const auto [known, is_new] = s.estimates.try_emplace(job.options.kind, each); !is_new)
      known->second += (each - known->second) / (piece.items.count > 1 ? 2 : 4);
  }
  std::vector<std::uint64_t> again;
  if (!job.aborted() && piece.tries < job.options.retries) again.assign(failed.begin(), failed.end());
  for (auto item = again.rbegin(); item != again.rend(); ++item)
    State::put_back(job,
                    {{piece.items.first + *item, 1}, piece.tries + 1, piece.deaths, true, piece.engine, now + kAvoids});
  if (again.size() < failed.size()) job.failed = true;
  if (const std::uint64_t ended = piece.items.count - again.size(); ended > 0) {
    job.left -= ended;
    if (job.ran_on && job.ran_on != piece.engine) job.scattered = true;
    job.ran_on = piece.engine;
  }
  if (!again.empty()) {
    s.avoided.insert({now + kAvoids, job.id});
    s.strand(job, now, out);
    s.spread(job, now, out);
  }
  s.end_if_over(job.id);
  s.settle_all(now, out);
  s.refill(piece.engine, now, out);
  return again;
}

void Scheduler::on_taken_back(PieceId id, Time now, Actions& out) {
  State& s = *state_;
  if (!s.pieces.contains(id)) return;
  const Piece piece = s.remove(id);
  Job& job = *piece.job;
  if (job.aborted()) {
    State::end_items(job, piece.items, Reason::aborted, out);
  } else {
    State::put_back(job, {piece.items, piece.tries, piece.deaths});
    s.strand(job, now, out);
    s.spread(job, now, out);
  }
  s.end_if_over(job.id);
  s.settle_all(now, out);
  s.refill(piece.engine, now, out);
}

void Scheduler::on_died(PieceId id, Progress progress, Time now, Actions& out) {
  State& s = *state_;
  if (!s.pieces.contains(id)) return;
  const Piece piece = s.remove(id);
  Job& job = *piece.job;
  const Items items = piece.items;
  // What goes elsewhere, in its order; last put back is first.
  const auto untouched = [&](std::uint64_t from, bool singly) {
    State::put_back(job, {{items.first + from, items.count - from}, piece.tries, piece.deaths, singly});
  };
  const auto charged = [&](Items these) {
    if (piece.deaths + 1 >= kPoison) return State::end_items(job, these, Reason::poison, out);
    if (piece.tries >= job.options.retries) return State::end_items(job, these, Reason::died, out);
    State::put_back(job, {these, piece.tries + 1, piece.deaths + 1, true});
  };
  const auto lost = [&](std::uint64_t count) {
    if (job.options.retries == 0) return State::end_items(job, {items.first, count}, Reason::lost, out);
    State::put_back(job, {{items.first, count}, piece.tries, piece.deaths, true});
  };
  if (job.aborted()) {
    State::end_items(job, items, Reason::aborted, out);
  } else {
    switch (progress.state) {
      case Progress::State::not_begun:
        untouched(0, false);
        break;
      case Progress::State::running: {
        const std::uint64_t at = std::min(progress.item, items.count - 1);
        untouched(at + 1, true);
        charged({items.first + at, 1});
        lost(at);
        break;
      }
      case Progress::State::finished:
        lost(items.count);
        break;
      case Progress::State::unknown:
        charged(items);
        break;
    }
  }
  s.strand(job, now, out);
  s.spread(job, now, out);
  s.end_if_over(job.id);
  s.settle_all(now, out);
}

void Scheduler::tick(Time now, Actions& out) {
  State& s = *state_;
  while (!s.avoided.empty() && s.avoided.begin()->first <= now) {
    const auto job = s.jobs.find(s.avoided.begin()->second);
    s.avoided.erase(s.avoided.begin());
    if (job != s.jobs.end()) s.spread(job->second, now, out);
  }
  if (now >= s.look) {
    s.look = kNever;
    for (auto& [_, lane] : s.lanes) s.take_back(lane, now, out);
  }
  s.on_timeouts(now, out);
  s.settle_all(now, out);
}

Time Scheduler::next_deadline() const {
  const State& s = *state_;
  const auto first = [](const auto& times) { return times.empty() ? kNever : times.begin()->first; };
  return std::min({s.look, first(s.avoided), first(s.timeouts)});
}

std::optional<JobState> Scheduler::state(JobId id) const {
  const auto at = state_->jobs.find(id);
  if (at == state_->jobs.end()) return std::nullopt;
  const Job& job = at->second;
  return JobState{job.options.items - job.left, job.waiting(), job.running, job.awaited};
}

std::vector<EngineLoad> Scheduler::loads() const {
  std::vector<EngineLoad> loads;
  for (const auto& [key, engine] : state_->engines) {
    EngineLoad& load = loads.emplace_back(EngineLoad{key, engine.id, engine.pieces.size(), 0});
    for (const PieceId piece : engine.pieces) load.items += state_->pieces.at(piece).items.count;
  }
  return loads;
}

}  // namespace enginery::scheduling
