// tests/unit/scheduling/scheduling_simulator.cpp: a client with a scheduler, and a cluster, made from a seed.
//
// Each event is put into the ledger, which knows all the rules, and then into the scheduler; what the scheduler answers
// is held against the ledger. Until the end of `trouble` jobs come, and engines come, die, and grow slow; after it
// nothing breaks any more, and every job must come to its end.
#include "scheduling_simulator.hpp"

#include <algorithm>

namespace enginery::scheduling::simulation {

using namespace std::chrono_literals;

Simulator::Simulator(std::uint64_t seed, bool tracing) : random(seed), plan(draw_plan(random)), tracing_(tracing) {
  trouble_end_ = now + plan.trouble;
  jobs_left_ = plan.jobs;
}

Time Simulator::duration(JobId job) {
  const Kind& kind = plan.kinds[ledger.jobs.at(job).options.kind];
  return random.per_mille(kind.rare) ? random.time(kind.low, kind.rare_high) : random.time(kind.low, kind.high);
}

bool Simulator::silent(EngineKey key) const { return !engines_.at(key)->alive; }

void Simulator::join(int id) {
  const EngineKey key = ++last_engine_;
  note([&] { return "engine " + std::to_string(key) + " joins as " + std::to_string(id); });
  engines_.emplace(key, std::make_unique<SimulatedEngine>(*this, key, id));
  ledger.join(key, id, now);
  Actions actions;
  scheduler_.join(key, id, now, actions);
  perform(actions);
}

void Simulator::kill(SimulatedEngine& engine) {
  if (!engine.alive) return;
  note([&] { return "engine " + std::to_string(engine.key) + " dies"; });
  engine.die();
}

void Simulator::on_death(SimulatedEngine& engine) {
  note([&] { return "the client learns that engine " + std::to_string(engine.key) + " is dead"; });
  const std::deque<PieceId> pieces = ledger.engines.at(engine.key).pieces;
  ledger.leave(engine.key, now);
  Actions actions;
  scheduler_.leave(engine.key, now, actions);
  perform(actions);
  const bool at_once = random.half();
  for (const PieceId piece : pieces) {
    Progress progress = engine.progress(piece);
    if (!random.per_mille(plan.exact)) progress = {};
    const auto tell = [this, piece, progress] {
      note([&] {
        return "piece " + std::to_string(piece) + " died, state " + std::to_string(static_cast<int>(progress.state)) +
               ", item " + std::to_string(progress.item);
      });
      ++died;
      ledger.died(piece, progress, now);
      Actions more;
      scheduler_.on_died(piece, progress, now, more);
      perform(more);
    };
    at_once ? tell() : after(delay(), tell);
  }
  if (now < trouble_end_ && plan.restarts)
    after(random.time(1ms, 1s), [this, id = engine.id] {
      if (now < trouble_end_) join(id);
    });
}

void Simulator::on_done(PieceId piece, Time ran, const std::vector<std::uint64_t>& threw) {
  note([&] { return "piece " + std::to_string(piece) + " is done, failed: " + std::to_string(threw.size()); });
  const Ledger::Piece& known = ledger.pieces.at(piece);
  crossed += known.asked_back;
  done += known.items.count;
  Actions actions;
  const std::vector<std::uint64_t> again = scheduler_.on_done(piece, ran, threw, now, actions);
  ledger.done(piece, ran, threw, again, now);
  perform(actions);
}

void Simulator::on_taken_back(PieceId piece) {
  note([&] { return "piece " + std::to_string(piece) + " is taken back"; });
  ++taken_back;
  ledger.taken_back(piece, now);
  Actions actions;
  scheduler_.on_taken_back(piece, now, actions);
  perform(actions);
}

void Simulator::depend(JobOptions& job) {
  for (std::uint64_t i = random.between(1, 3); i > 0; --i) {
    auto& awaited = random.per_mille(300) && job.items > 0 ? job.follow : job.after;
    if (random.per_mille(200)) {
      outside_.push_back(++last_number_);
      awaited.push_back(last_number_);
      after(random.time(1us, plan.trouble), [this, result = last_number_] {
        if (std::erase(outside_, result) == 0) return;
        const bool ok = !random.per_mille(200);
        std::optional<EngineKey> ran_on;
        if (last_engine_ > 0 && random.half()) ran_on = random.between(1, last_engine_);
        note([&] { return "result " + std::to_string(result) + " is settled: " + (ok ? "good" : "bad"); });
        Actions actions;
        ledger.settle(result, ok, ran_on, now);
        scheduler_.settle(result, ok, ran_on, now, actions);
        perform(actions);
      });
    } else if (!ledger.jobs.empty()) {
      auto other = ledger.jobs.begin();
      std::advance(other, static_cast<std::ptrdiff_t>(random.between(0, ledger.jobs.size() - 1)));
      awaited.push_back(other->first);
    }
  }
}

void Simulator::submit() {
  JobOptions job = draw_job(plan, random);
  if (random.per_mille(plan.dependencies)) depend(job);
  const JobId id = ++last_number_;
  note([&] {
    std::string words =
        "job " + std::to_string(id) + ", items " + std::to_string(job.items) + (job.open ? ", open" : "");
    for (const JobId one : job.after) words += ", after " + std::to_string(one);
    for (const JobId one : job.follow) words += ", follows " + std::to_string(one);
    return words;
  });
  ledger.submit(id, job, now);
  Actions actions;
  scheduler_.submit(id, job, now, actions);
  // The scheduler has forgotten what was over before.
  std::set<JobId> awaited(job.after.begin(), job.after.end());
  awaited.insert(job.follow.begin(), job.follow.end());
  for (const JobId result : awaited)
    if (const auto known = ledger.jobs.find(result); known != ledger.jobs.end() && known->second.over)
      scheduler_.settle(result, ledger.results.at(result).ok, ledger.results.at(result).ran_on, now, actions);
  perform(actions);
  if (job.open) after(random.time(1us, 1s), [this, id, times = random.between(0, 5)] { extend(id, times); });
  if (random.per_mille(plan.aborts))
    after(random.time(1us, 1s), [this, id] {
      note([&] { return "job " + std::to_string(id) + " is aborted"; });
      Actions more;
      if (!ledger.jobs.at(id).over) ledger.abort(id, now);
      scheduler_.abort(id, now, more);
      perform(more);
    });
}

void Simulator::extend(JobId id, std::uint64_t times) {
  const Ledger::Job& job = ledger.jobs.at(id);
  if (!job.options.open) return;
  Actions actions;
  if (times > 0) {
    const std::uint64_t items = random.between(1, plan.most_items);
    note([&] { return "job " + std::to_string(id) + " gets more items: " + std::to_string(items); });
    ledger.extend(id, items, now);
    scheduler_.extend(id, items, now, actions);
    after(random.time(1us, 1s), [this, id, times] { extend(id, times - 1); });
  } else {
    note([&] { return "job " + std::to_string(id) + " is closed"; });
    ledger.close(id, now);
    scheduler_.close(id, now, actions);
  }
  perform(actions);
}

void Simulator::perform(Actions& actions) {
  for (const Action& action : actions) {
    ledger.apply(action, now);
    carry(action);
  }
  ledger.check(scheduler_);
  const Time deadline = scheduler_.next_deadline();
  if (deadline == kNever || deadline >= alarm_) return;
  alarm_ = deadline;
  at(std::max(deadline, now) + random.time(0us, 200us), [this, deadline] {
    if (alarm_ == deadline) alarm_ = kNever;
    Actions more;
    scheduler_.tick(now, more);
    perform(more);
  });
}

void Simulator::carry(const Action& action) {
  const auto to = [this](EngineKey key, std::function<void(SimulatedEngine&)> what) {
    SimulatedEngine& engine = *engines_.at(key);
    engine.last_message = std::max(engine.last_message, now + delay());
    at(engine.last_message, [&engine, what = std::move(what)] { what(engine); });
  };
  if (const auto* send = std::get_if<Send>(&action)) {
    note([&] {
      return "piece " + std::to_string(send->piece) + " to engine " + std::to_string(send->engine) + ": job " +
             std::to_string(send->job) + ", items " + std::to_string(send->items.first) + " + " +
             std::to_string(send->items.count);
    });
    to(send->engine, [one = *send](SimulatedEngine& engine) { engine.take(one); });
  } else if (const auto* back = std::get_if<TakeBack>(&action)) {
    note([&] { return "piece " + std::to_string(back->piece) + " is asked back"; });
    to(back->engine, [piece = back->piece](SimulatedEngine& engine) { engine.give_back(piece); });
  } else if (const auto* abort = std::get_if<Abort>(&action)) {
    if (ledger.engines.contains(abort->engine))
      to(abort->engine, [piece = abort->piece](SimulatedEngine& engine) { engine.abort(piece); });
  } else {
    const Fail& fail = std::get<Fail>(action);
    failed += fail.items.count;
    note([&] {
      return "items " + std::to_string(fail.items.first) + " + " + std::to_string(fail.items.count) + " of job " +
             std::to_string(fail.job) + " fail: " + std::to_string(static_cast<int>(fail.reason));
    });
  }
}

void Simulator::plan_faults() {
  const auto sometime = [&] { return start_ + random.time(1us, plan.trouble); };
  const auto somebody = [this]() -> SimulatedEngine* {
    return last_engine_ == 0 ? nullptr : engines_.at(random.between(1, last_engine_)).get();
  };
  for (std::uint64_t i = 0; i < plan.engines; ++i)
    at(random.half() ? now : sometime(), [this, i] { join(static_cast<int>(i)); });
  for (std::uint64_t i = 0; i < plan.joins; ++i)
    at(sometime(), [this] { join(static_cast<int>(random.between(0, plan.engines + 1))); });
  for (std::uint64_t i = 0; i < plan.deaths; ++i)
    at(sometime(), [this, somebody] {
      if (SimulatedEngine* const one = somebody()) kill(*one);
    });
  for (std::uint64_t i = 0; i < plan.slow_downs; ++i)
    at(sometime(), [this, somebody] {
      if (SimulatedEngine* const one = somebody()) one->slowness = random.half() ? 1 : random.between(2, 100);
    });
  for (std::uint64_t i = 0; i < plan.foreign; ++i)
    at(sometime(), [this, somebody] {
      if (SimulatedEngine* const one = somebody()) scheduler_.on_foreign_load(one->key, random.between(0, 5));
    });
  const bool at_once = random.half();
  for (std::uint64_t i = 0; i < plan.jobs; ++i) at(at_once ? start_ : sometime(), [this] { submit(); });
  at(trouble_end_, [this] { end_trouble(); });
}

void Simulator::end_trouble() {
  note([] { return "nothing breaks any more"; });
  for (const JobId result : std::exchange(outside_, {})) {
    Actions actions;
    ledger.settle(result, true, std::nullopt, now);
    scheduler_.settle(result, true, std::nullopt, now, actions);
    perform(actions);
  }
  if (!plan.ends_without_engines) {
    for (std::uint64_t i = 0; i < plan.engines + 2; ++i) join(static_cast<int>(i));
    return;
  }
  for (auto& [_, engine] : engines_) kill(*engine);
  note([] { return "no engine can come any more"; });
  Actions actions;
  ledger.no_more = true;
  scheduler_.no_more_engines(now, actions);
  perform(actions);
}

void Simulator::step() {
  demand(!queue_.empty(), "everything comes to an end");
  const Event event = queue_.top();
  queue_.pop();
  demand(++events_ < 2'000'000, "the world comes to an end");
  // Between events nothing changes, so what holds just before one held since the last.
  const Time slack = Scheduler::kAhead + 40ms + 8 * plan.max_delay;
  if (event.when - checked_ > 5ms) {
    ledger.check_waits(event.when, slack, [this](EngineKey key) { return silent(key); });
    checked_ = event.when;
  }
  now = event.when;
  event.what();
}

void Simulator::run() {
  plan_faults();
  while (now < trouble_end_ || !ledger.all_over()) step();
  demand(ledger.pieces.empty(), "nothing is out once all is over");
}

}  // namespace enginery::scheduling::simulation
