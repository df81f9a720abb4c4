// core/scheduling/scheduler_state.cpp: jobs, what they wait for, and the lanes where they wait for engines.
//
// Jobs that may run on the same engines wait in one lane, by priority and number. A job that has ended settles those
// that wait for it; they may end by that, and so on: a queue, since such a chain may be long.
#include "core/scheduling/scheduler_state.hpp"

#include <algorithm>

namespace enginery::scheduling {
namespace {

/// Making a lane looks at each engine, so some without jobs are kept for the next ones.
constexpr std::size_t kEmptyLanes = 16;

void make_set(std::vector<int>& ids) {
  std::ranges::sort(ids);
  const auto twice = std::ranges::unique(ids);
  ids.erase(twice.begin(), twice.end());
}

}  // namespace

bool Lane::served_by(const Engine& engine) const {
  if (key.pinned) return *key.pinned == engine.key;
  return (!key.targets.only || std::ranges::binary_search(*key.targets.only, engine.id)) &&
         !std::ranges::binary_search(key.targets.never, engine.id);
}

Lane& Scheduler::State::lane_of(Lane::Key key, Time now) {
  if (key.targets.only) make_set(*key.targets.only);
  make_set(key.targets.never);
  const auto [at, is_new] = lanes.try_emplace(key, Lane{key});
  Lane& lane = at->second;
  if (!is_new) return lane;
  lane.barren_since = now;
  const Targets& targets = lane.key.targets;
  lane.impossible = targets.only && std::ranges::includes(targets.never, *targets.only);
  if (!lane.key.pinned) {
    for (auto& [_, engine] : engines) serve(engine, lane);
  } else if (const auto engine = engines.find(*lane.key.pinned); engine != engines.end()) {
    serve(engine->second, lane);
  }
  return lane;
}

void Scheduler::State::serve(Engine& engine, Lane& lane) {
  if (!lane.served_by(engine)) return;
  unlist(engine);
  engine.lanes.push_back(&lane);
  list(engine);
  ++lane.engines;
}

void Scheduler::State::leave_lane(Job& job) {
  Lane* const lane = std::exchange(job.lane, nullptr);
  if (!lane) return;
  lane->ready.erase(job.order());
  lane->jobs.erase(job.id);
  if (!lane->jobs.empty()) return;
  if (lane->key.pinned) return drop(*lane);
  empty_lanes.push_back(lane);
  if (empty_lanes.size() <= kEmptyLanes) return;
  drop(*empty_lanes.front());
  empty_lanes.erase(empty_lanes.begin());
}

void Scheduler::State::drop(Lane& lane) {
  if (!lane.key.pinned) {
    for (auto& [_, engine] : engines) std::erase(engine.lanes, &lane);
  } else if (const auto engine = engines.find(*lane.key.pinned); engine != engines.end()) {
    std::erase(engine->second.lanes, &lane);
  }
  lanes.erase(lanes.find(lane.key));
}

void Scheduler::State::sort_in(Job& job) {
  if (!job.lane) return;
  if (job.has_work())
    job.lane->ready.insert(job.order());
  else
    job.lane->ready.erase(job.order());
}

void Scheduler::State::strand(Job& job, Time now, Actions& out) {
  if (!job.lane || job.lane->engines > 0) return;
  if (job.lane->key.pinned) return fail_waiting(job, Reason::followed_dead, out, job.options.follow.front());
  if (no_more || job.lane->impossible) return fail_waiting(job, Reason::no_engines, out);
  if (job.options.queue_timeout == kNever || job.expires != kNever || !job.has_work()) return;
  job.expires = std::max(now, later(std::max(job.since, job.lane->barren_since), job.options.queue_timeout));
  timeouts.insert({job.expires, job.id});
}

void Scheduler::State::on_timeouts(Time now, Actions& out) {
  while (!timeouts.empty() && timeouts.begin()->first <= now) {
    const JobId id = timeouts.begin()->second;
    timeouts.erase(timeouts.begin());
    Job& job = jobs.at(id);
    job.expires = kNever;
    if (!job.lane || job.lane->engines > 0 || !job.has_work()) continue;
    if (now >= later(std::max(job.since, job.lane->barren_since), job.options.queue_timeout)) {
      fail_waiting(job, Reason::unreachable, out);
      end_if_over(id);
    } else {
      strand(job, now, out);
    }
  }
}

void Scheduler::State::fail_waiting(Job& job, Reason reason, Actions& out, JobId cause) {
  const std::vector<Redo> redos = std::exchange(job.redo, {});
  for (auto redo = redos.rbegin(); redo != redos.rend(); ++redo) end_items(job, redo->items, reason, out, cause);
  end_items(job, {job.next, job.options.items - job.next}, reason, out, cause);
  job.next = job.options.items;
  sort_in(job);
}

void Scheduler::State::doom(Job& job, Reason reason, Actions& out, JobId cause) {
  job.doom = {reason, cause};
  if (reason != Reason::aborted) {
    job.failed = true;
    if (job.options.items == 0) out.push_back(Fail{job.id, {}, reason, cause});
  }
  fail_waiting(job, reason, out, cause);
}

void Scheduler::State::end_items(Job& job, Items items, Reason reason, Actions& out, JobId cause) {
  if (items.count == 0) return;
  job.failed = true;
  job.left -= items.count;
  out.push_back(Fail{job.id, items, reason, cause});
}

void Scheduler::State::put_back(Job& job, Redo redo) {
  if (redo.items.count == 0) return;
  job.redo.push_back(std::move(redo));
  sort_in(job);
}

void Scheduler::State::end_if_over(JobId id) {
  const auto at = jobs.find(id);
  if (at == jobs.end()) return;
  Job& job = at->second;
  if (job.left > 0 || job.options.open || (job.awaited > 0 && !job.doom)) return;
  leave_lane(job);
  if (job.expires != kNever) timeouts.erase({job.expires, id});
  if (job.awaited > 0) {
    for (const std::vector<JobId>* awaited : {&job.options.after, &job.options.follow})
      for (const JobId result : *awaited)
        if (const auto those = dependents.find(result); those != dependents.end() && those->second.erase(id) > 0)
          if (those->second.empty()) dependents.erase(those);
  }
  settled.push_back({id, !job.failed, job.scattered ? std::nullopt : job.ran_on});
  jobs.erase(at);
}

void Scheduler::State::settle_all(Time now, Actions& out) {
  while (!settled.empty()) {
    const Settled result = settled.front();
    settled.pop_front();
    const auto those = dependents.find(result.result);
    if (those == dependents.end()) continue;
    const std::set<JobId> waiting = std::move(those->second);
    dependents.erase(those);
    for (const JobId id : waiting)
      if (const auto at = jobs.find(id); at != jobs.end()) settle(at->second, result, now, out);
  }
}

void Scheduler::State::settle(Job& job, const Settled& result, Time now, Actions& out) {
  --job.awaited;
  if (job.doom) return;
  const bool follows = std::ranges::count(job.options.follow, result.result) > 0;
  const JobId id = job.id;
  if (!result.ok || (follows && (!result.ran_on || (job.pinned && job.pinned != result.ran_on)))) {
    doom(job, result.ok ? Reason::scattered : Reason::dependency, out, result.result);
    return end_if_over(id);
  }
  if (follows) job.pinned = result.ran_on;
  if (job.awaited == 0) release(job, now, out);
}

void Scheduler::State::release(Job& job, Time now, Actions& out) {
  const JobId id = job.id;
  const JobId followed = job.options.follow.empty() ? 0 : job.options.follow.front();
  if (job.pinned && !engines.contains(*job.pinned)) {
    doom(job, Reason::followed_dead, out, followed);
  } else if (job.pinned && !job.options.targets.take(engines.at(*job.pinned).id)) {
    doom(job, Reason::unreachable, out, followed);
  } else {
    job.lane = &lane_of({job.options.targets, job.pinned}, now);
    job.since = now;
    if (job.lane->jobs.empty()) std::erase(empty_lanes, job.lane);
    job.lane->jobs.insert(id);
    sort_in(job);
    strand(job, now, out);
    spread(job, now, out);
  }
  end_if_over(id);  // also if it has no items
}

}  // namespace enginery::scheduling
