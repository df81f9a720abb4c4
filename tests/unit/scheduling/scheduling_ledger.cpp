// tests/unit/scheduling/scheduling_ledger.cpp: what a client knows of its work.
#include "scheduling_ledger.hpp"

#include <algorithm>

namespace enginery::scheduling::simulation {

void Ledger::join(EngineKey key, int id, Time now) {
  no_more = false;
  engines.emplace(key, Engine{id, {}, now});
}

void Ledger::leave(EngineKey key, Time now) {
  gone_.push_back({key, engines.at(key).id, now});
  engines.erase(key);
}

void Ledger::submit(JobId id, const JobOptions& options, Time now) {
  Job& job = jobs.emplace(id, Job{options, std::vector<Item>(options.items)}).first->second;
  job.waiting = options.items;
  job.submitted = now;
  touched_.insert(id);
  release(now);
}

void Ledger::extend(JobId id, std::uint64_t items, Time now) {
  Job& job = jobs.at(id);
  if (job.waiting == 0) job.waits_since = now;
  job.options.items += items;
  job.items.resize(job.options.items);
  job.waiting += items;
  touched_.insert(id);
}

void Ledger::close(JobId id, Time now) {
  jobs.at(id).options.open = false;
  touched_.insert(id);
  if (released(jobs.at(id)) || jobs.at(id).doomed) end_if_over(id, now);
}

void Ledger::abort(JobId id, Time now) {
  Job& job = jobs.at(id);
  job.aborted = job.doomed = true;
  job.options.open = false;
  for (std::uint64_t i = 0; i < job.items.size(); ++i)
    if (!job.items[i].ended && !job.items[i].sent) {
      job.items[i].must_end = Reason::aborted;
      must_end_.insert({id, i});
    }
  touched_.insert(id);
  end_if_over(id, now);
}

Ledger::Piece Ledger::remove(PieceId id, Time now) {
  const Piece piece = pieces.at(id);
  pieces.erase(id);
  touched_.insert(piece.job);
  if (const auto at = engines.find(piece.engine); at != engines.end()) {
    std::erase(at->second.pieces, id);
    if (at->second.pieces.empty()) at->second.idle_since = now;
  }
  return piece;
}

void Ledger::wait(Job& job, Item& item, Time now) {
  if (job.waiting++ == 0) job.waits_since = now;
  --job.sent;
  item.sent = false;
}

void Ledger::end(Job& job, Item& item) {
  demand(!item.ended, "an item ends once");
  item.ended = true;
  ++job.ended;
  --(item.sent ? job.sent : job.waiting);
  item.sent = false;
}

void Ledger::end_if_over(JobId id, Time now) {
  Job& job = jobs.at(id);
  if (job.over || job.options.open || job.ended < job.items.size()) return;
  job.over = true;
  touched_.insert(id);
  results[id] = {!job.failed, job.ran.size() == 1 ? std::optional(*job.ran.begin()) : std::nullopt};
  release(now);
}

void Ledger::release(Time now) {
  for (auto& [id, job] : jobs) {
    if (!job.awaits || !released(job)) continue;
    job.awaits = false;
    job.waits_since = now;
    if (job.items.empty()) end_if_over(id, now);
  }
}

void Ledger::settle(JobId result, bool ok, std::optional<EngineKey> ran_on, Time now) {
  results[result] = {ok, ran_on};
  release(now);
}

void Ledger::taken_back(PieceId id, Time now) {
  const Piece piece = remove(id, now);
  Job& job = jobs.at(piece.job);
  for (std::uint64_t i = piece.items.first; i < piece.items.end(); ++i) {
    wait(job, job.items[i], now);
    if (!job.aborted) continue;
    job.items[i].must_end = Reason::aborted;
    must_end_.insert({piece.job, i});
  }
}

void Ledger::died(PieceId id, Progress progress, Time now) {
  const Piece piece = remove(id, now);
  Job& job = jobs.at(piece.job);
  const unsigned retries = job.options.retries;
  for (std::uint64_t i = 0; i < piece.items.count; ++i) {
    Item& item = job.items[piece.items.first + i];
    wait(job, item, now);
    const bool running = progress.state == Progress::State::running && i == progress.item;
    const bool lost = progress.state == Progress::State::finished ||
                      (progress.state == Progress::State::running && i < progress.item);
    if (job.aborted) {
      item.must_end = Reason::aborted;
    } else if (running || progress.state == Progress::State::unknown) {
      if (++item.deaths >= Scheduler::kPoison)
        item.must_end = Reason::poison;
      else if (++item.tries > retries)
        item.must_end = Reason::died;
    } else if (lost && ++item.lost > 0 && retries == 0) {
      item.must_end = Reason::lost;
    }
    if (item.must_end) must_end_.insert({piece.job, piece.items.first + i});
  }
}

void Ledger::done(PieceId id, Time ran, std::span<const std::uint64_t> failed, std::span<const std::uint64_t> again,
                  Time now) {
  const Piece piece = remove(id, now);
  Job& job = jobs.at(piece.job);
  const Time each = std::max<Time>(ran / static_cast<std::int64_t>(piece.items.count), Time(1));
  if (const auto [known, is_new] = estimates_.try_emplace(job.options.kind, each); !is_new)
    known->second += (each - known->second) / (piece.items.count > 1 ? 2 : 4);
  for (std::uint64_t i = 0; i < piece.items.count; ++i) {
    Item& item = job.items[piece.items.first + i];
    const bool threw = std::ranges::count(failed, i) > 0;
    const bool tries = threw && !job.aborted && item.tries < job.options.retries;
    demand((std::ranges::count(again, i) > 0) == tries, "what failed is tried again as often as it may");
    if (tries) {
      ++item.tries;
      wait(job, item, now);
    } else {
      if (threw) job.failed = true;
      job.ran.insert(piece.engine);
      end(job, item);
    }
  }
  end_if_over(piece.job, now);
}

void Ledger::begin(PieceId id, std::uint64_t i) {
  const Piece& piece = pieces.at(id);
  Item& item = jobs.at(piece.job).items[piece.items.first + i];
  demand(!item.ended, "what has ended does not run");
  demand(++item.begun <= 1 + item.tries + item.lost, "an item runs once, unless it is tried again");
  demand(item.tries <= jobs.at(piece.job).options.retries, "an item is not tried too often");
}

bool Ledger::released(const Job& job) const {
  for (const std::vector<JobId>* awaited : {&job.options.after, &job.options.follow})
    for (const JobId result : *awaited)
      if (const auto at = results.find(result); at == results.end() || !at->second.ok) return false;
  return !job.doomed;
}

std::optional<EngineKey> Ledger::pinned(const Job& job) const {
  if (job.options.follow.empty()) return std::nullopt;
  const auto at = results.find(job.options.follow.front());
  return at == results.end() ? std::nullopt : at->second.ran_on;
}

bool Ledger::may_run(const Job& job, EngineKey key, int id) const {
  return job.options.targets.take(id) && (job.options.follow.empty() || pinned(job) == key);
}

bool Ledger::impossible(const Job& job) {
  const Targets& targets = job.options.targets;
  return targets.only && std::ranges::none_of(*targets.only, [&](int id) { return targets.take(id); });
}

std::size_t Ledger::servers(const Job& job) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(engines, [&](const auto& one) { return may_run(job, one.first, one.second.id); }));
}

Time Ledger::barren_since(const Job& job) const {
  Time since = job.submitted;
  for (const Gone& gone : gone_)
    if (may_run(job, gone.key, gone.id)) since = std::max(since, gone.when);
  return since;
}

bool Ledger::all_over() const {
  return std::ranges::all_of(jobs, [](const auto& job) { return job.second.over; });
}

}  // namespace enginery::scheduling::simulation
