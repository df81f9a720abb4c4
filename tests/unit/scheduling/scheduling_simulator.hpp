// tests/unit/scheduling/scheduling_simulator.hpp: a client with a scheduler, and a cluster, made from a seed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "scheduling_ledger.hpp"
#include "scheduling_plan.hpp"
#include "simulated_engine.hpp"

namespace enginery::scheduling::simulation {

/// Runs one seed. Deterministic.
class Simulator {
 public:
  explicit Simulator(std::uint64_t seed, bool tracing = false);

  /// Until every job is over. Throws Violation.
  void run();
  const std::deque<std::string>& trace() const { return trace_; }
  std::uint64_t events() const { return events_; }
  std::uint64_t taken_back = 0, crossed = 0, died = 0, failed = 0, done = 0;  ///< pieces; items

  // The world, for those who live in it.
  Random random;
  Plan plan;
  Ledger ledger;
  Time now{std::chrono::hours(1)};

  void at(Time when, std::function<void()> what) { queue_.push({when, ++order_, std::move(what)}); }
  void after(Time delay, std::function<void()> what) { at(now + delay, std::move(what)); }
  Time delay() { return random.time(Time(10'000), plan.max_delay); }
  Time duration(JobId job);
  bool throws(JobId job) { return ledger.jobs.contains(job) && random.per_mille(plan.exceptions); }

  // What comes to the client from engines.
  void on_done(PieceId piece, Time ran, const std::vector<std::uint64_t>& failed);
  void on_taken_back(PieceId piece);
  void on_death(SimulatedEngine& engine);

 private:
  struct Event {
    Time when;
    std::uint64_t order;
    std::function<void()> what;
    bool operator<(const Event& other) const { return when != other.when ? when > other.when : order > other.order; }
  };
  void join(int id);
  void kill(SimulatedEngine& engine);
  void submit();
  void extend(JobId id, std::uint64_t times);
  void depend(JobOptions& job);
  void plan_faults();
  void end_trouble();
  void step();
  /// What a shell does after each call of the scheduler.
  void perform(Actions& actions);
  void carry(const Action& action);
  bool silent(EngineKey key) const;
  template <class Make>
  void note(Make make) {
    if (!tracing_) return;
    trace_.push_back(std::to_string((now - start_).count() / 1000) + " us: " + make());
    if (trace_.size() > 100) trace_.pop_front();
  }

  bool tracing_;
  const Time start_{now};
  Time trouble_end_, checked_{now}, alarm_ = kNever;
  std::uint64_t events_ = 0, order_ = 0;
  std::priority_queue<Event> queue_;
  Scheduler scheduler_;
  std::map<EngineKey, std::unique_ptr<SimulatedEngine>> engines_;
  EngineKey last_engine_ = 0;
  JobId last_number_ = 0;
  std::vector<JobId> outside_;  ///< results that are no jobs, not settled
  std::uint64_t jobs_left_;
  std::deque<std::string> trace_;
};

}  // namespace enginery::scheduling::simulation
