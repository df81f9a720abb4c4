// client/links/balancer.cpp: what users ask of a Balancer.
//
// A piece that the Scheduler sends becomes an Attempt, a task on the engine's link. Its end is noted by whichever
// thread brings it, and taken by the balancer's own: what the Scheduler then says is done at once. The items of maps,
// and calls that have no outcome, are completed after the lock is released, in order.
#include "client/links/balancer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "client/links/balancer_job.hpp"
#include "core/transport/forked.hpp"

namespace enginery {
namespace {

using scheduling::Actions;
using scheduling::JobId;

/// How many items of an open map are kept ahead at most.
constexpr std::uint64_t kMostAhead = 65'536;

}  // namespace

Balancer::Balancer(Cluster cluster, std::shared_ptr<ClientClock> clock, std::shared_ptr<Continuations> continuations)
    : cluster_(std::move(cluster)), clock_(std::move(clock)), continuations_(std::move(continuations)) {}

Balancer::~Balancer() = default;

Balancer::Job* Balancer::job_of(const MapFuture& map) {
  const auto known = maps_.find(&map);
  return known == maps_.end() ? nullptr : jobs_.at(known->second).get();
}

std::shared_ptr<Future> Balancer::submit(Work work, Placement placement) {
  begin();
  auto job = std::make_unique<Job>(Job{0, std::move(work), std::move(placement)});
  job->arguments = job->work.results();
  if (job->arguments.empty()) job->packed = job->work.pack(session::Limits{}.inline_bytes);
  job->call = std::make_shared<Future>(Asked{job->placement.label, {}, job->placement.time_limit}, 1);
  const std::shared_ptr<Future> call = job->call;
  enlist(std::move(job), 1, false);
  return call;
}

std::shared_ptr<MapFuture> Balancer::submit_map(Work work, std::vector<Value> columns, std::uint64_t count, bool open,
                                                Placement placement) {
  begin();
  auto job = std::make_unique<Job>(Job{0, std::move(work), std::move(placement)});
  job->arguments = job->work.results();
  job->map =
      std::make_shared<MapFuture>(job->placement.label, job->placement.seed.value_or(0), count, open, continuations_);
  job->map->place_by(weak_from_this());
  if (count > 0) job->items.add(std::move(columns), count);
  const std::shared_ptr<MapFuture> map = job->map;
  enlist(std::move(job), count, open);
  return map;
}

void Balancer::enlist(std::unique_ptr<Job> given, std::uint64_t items, bool open) {
  Actions actions;
  std::vector<std::pair<JobId, AwaitedResult>> later;
  Lock lock(mutex_);
  if (engines_.empty()) {
    // Before the first task, or while there are none, the thread may not have looked yet.
    lock.unlock();
    const auto links = cluster_.links();
    lock.lock();
    if (!over_) know_engines(links, actions);
    perform(actions);  // what follows may throw
  }
  if (over_) throw ConnectionError("the client of this view was destroyed; keep it as long as you use its views");
  Job& job = *given;
  for (const ResultArgument& argument : job.arguments)
    if (!argument.kept.empty()) check_own((*argument.call)[0]);
  scheduling::JobOptions options = job.placement.options;
  const auto await = [&](const AwaitedResult& result, std::vector<JobId>& list) {
    const auto [number, known] = number_of(result);
    if (!known) later.emplace_back(number, result);
    job.awaited[number] = result;
    list.push_back(number);
  };
  for (const AwaitedResult& result : job.placement.after) await(result, options.after);
  for (const AwaitedResult& result : job.placement.follow) await(result, options.follow);
  for (const ResultArgument& argument : job.arguments)
    await({argument.call}, argument.kept.empty() ? options.after : options.follow);
  job.id = ++last_number_;
  options.items = items;
  options.open = open;
  const auto& code = job.work.code;
  options.kind =
      kinds_.try_emplace(job.work.name + (code ? code->maker + code->function : ""), kinds_.size()).first->second;
  if (job.call) (*job.call)[0].place_by(shared_from_this(), job.call->asked(), job.id, job.placement.only_engine);
  if (job.map) maps_[job.map.get()] = job.id;
  if (items == 0) empty_.insert(job.id);
  const JobId id = job.id;
  jobs_.emplace(id, std::move(given));
  scheduler_.submit(id, std::move(options), ClientClock::now(), actions);
  perform(actions);
  release(lock);
  for (const auto& [number, result] : later) {
    Continuation settled([weak = weak_from_this(), number = number, result = result] {
      if (const auto self = weak.lock()) self->note(number, result);
    });
    settled.at_once = true;
    result.call ? result.call->then(std::move(settled)) : result.map->then(std::move(settled));
  }
}

// Engines keep results for one client's session.
void Balancer::check_own(const Pending& stays) const {
  bool own = stays.balancer().get() == this;
  if (stays.job() == 0) {
    const auto known = keys_.find(stays.engine());
    const auto link = stays.link();
    own = known == keys_.end() || !link || engines_.at(known->second) == link;
  }
  if (!own)
    throw ValueError(fmt::format(
        "the result of '{}' stays for another client, and no other can use it: give it a name with store_as() and pass "
        "a Reference to that",
        stays.label()));
}

/// Its number, and whether the Scheduler knows when it ends.
std::pair<JobId, bool> Balancer::number_of(const AwaitedResult& result) {
  JobId job = 0;
  if (result.map) {
    if (const auto known = maps_.find(result.map.get()); known != maps_.end()) job = known->second;
  } else if (result.call->size() == 1) {
    const Pending& task = (*result.call)[0];
    if (task.job() && task.balancer().get() == this) job = task.job();
  }
  if (job && scheduler_.state(job)) return {job, true};
  return {++last_number_, false};
}

void Balancer::note(JobId number, const AwaitedResult& result) {
  const std::lock_guard lock(ended_mutex_);
  settled_.emplace_back(number, result);
  work_.notify_one();
}

void Balancer::settle(JobId number, const AwaitedResult& result, Actions& actions) {
  bool ok = true;
  std::optional<scheduling::EngineKey> engine;
  if (result.call) {
    for (std::size_t i = 0; i < result.call->size(); ++i) ok = ok && !(*result.call)[i].error();
    if (result.call->size() == 1) {
      // One that is not known has died: no other has its key.
      const auto known = keys_.find((*result.call)[0].engine());
      engine = known == keys_.end() ? ++last_key_ : known->second;
    }
  } else {
    ok = result.map->failed() == 0;
  }
  scheduler_.settle(number, ok, engine, ClientClock::now(), actions);
}

void Balancer::feed(const MapFuture& map, std::vector<Value> columns, std::uint64_t count) {
  transport::refuse_if_forked();
  bool taken = false;
  handle([&](Actions& actions) {
    Job* const job = job_of(map);
    if (!job) return;
    taken = true;
    job->items.add(std::move(columns), count);
    job->map->extend(count);
    scheduler_.extend(job->id, count, ClientClock::now(), actions);
  });
  if (!taken) map.refuse_more();
}

void Balancer::close(const MapFuture& map) {
  transport::refuse_if_forked();
  handle([&](Actions& actions) {
    Job* const job = job_of(map);
    if (!job) return;
    const JobId id = job->id;
    completions_.push_back([own = job->map] { own->close(); });
    scheduler_.close(id, ClientClock::now(), actions);
    perform(actions);
    end_if_over(id);
  });
}

std::uint64_t Balancer::wanted(const MapFuture& map) {
  transport::refuse_if_forked();
  const Lock lock(mutex_);
  Job* const job = job_of(map);
  const auto state = job && !over_ ? scheduler_.state(job->id) : std::nullopt;
  if (!state) return 0;
  if (job->ahead == 0)
    job->ahead = 2 * std::max<std::size_t>(engines_.size(), 1);
  else if (state->waiting == 0)
    job->ahead = std::min(2 * job->ahead, kMostAhead);
  const std::uint64_t there = state->waiting + state->running;
  return job->ahead > there ? job->ahead - there : 0;
}

void Balancer::drop_items(const MapFuture& map, std::uint64_t below) {
  const Lock lock(mutex_);
  if (Job* const job = job_of(map)) job->items.drop_below(below);
}

std::size_t Balancer::busy_engines(const MapFuture& map) {
  const Lock lock(mutex_);
  const Job* const job = job_of(map);
  std::set<scheduling::EngineKey> busy;
  for (const auto& [piece, attempt] : attempts_)
    if (job && attempt->piece.job == job->id) busy.insert(attempt->piece.engine);
  return busy.size();
}

void Balancer::abort(JobId id) {
  transport::refuse_if_forked();
  handle([&](Actions& actions) {
    scheduler_.abort(id, ClientClock::now(), actions);
    perform(actions);
    end_if_over(id);
  });
}

void Balancer::abort(const MapFuture& map) {
  transport::refuse_if_forked();
  std::optional<JobId> id;
  {
    const Lock lock(mutex_);
    if (const Job* const job = job_of(map)) id = job->id;
  }
  if (id) abort(*id);
}

void Balancer::know_engines(const std::vector<std::shared_ptr<EngineLink>>& links, Actions& actions) {
  std::vector<scheduling::EngineKey> gone;
  for (const auto& [key, link] : engines_)
    if (std::ranges::none_of(links, [&](const auto& one) { return one->engine().uuid == link->engine().uuid; }))
      gone.push_back(key);
  for (const scheduling::EngineKey key : gone) {
    keys_.erase(engines_.at(key)->engine().uuid);
    engines_.erase(key);
    scheduler_.leave(key, ClientClock::now(), actions);
  }
  for (const auto& link : links) {
    const auto [at, is_new] = keys_.try_emplace(link->engine().uuid, last_key_ + 1);
    if (!is_new) continue;
    engines_.emplace(++last_key_, link);
    scheduler_.join(last_key_, link->engine().id, ClientClock::now(), actions);
  }
}

void Balancer::end_if_over(JobId id) {
  const auto job = jobs_.find(id);
  if (job == jobs_.end() || scheduler_.state(id)) return;
  if (job->second->map) {
    maps_.erase(job->second->map.get());
    completions_.push_back([map = job->second->map] { map->close(); });
  }
  empty_.erase(id);
  gone_.push_back(std::move(job->second));
  jobs_.erase(job);
}

// What ended may have the last hold on objects of users.
void Balancer::release(Lock& lock) {
  const std::set<JobId> empty = empty_;
  for (const JobId id : empty) end_if_over(id);
  const auto completions = std::exchange(completions_, {});
  const auto gone = std::exchange(gone_, {});
  const scheduling::Time deadline = scheduler_.next_deadline();
  lock.unlock();
  for (const auto& complete : completions) {
    try {
      complete();
    } catch (const std::exception&) {
      // There is no thread for what was to follow on it; it is complete all the same.
    }
  }
  if (deadline != scheduling::kNever) clock_->arm(deadline);
}

}  // namespace enginery
