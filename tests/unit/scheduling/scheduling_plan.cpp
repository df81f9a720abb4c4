// tests/unit/scheduling/scheduling_plan.cpp: what kind of world a seed makes.
#include "scheduling_plan.hpp"

namespace enginery::scheduling::simulation {

using namespace std::chrono_literals;

Plan draw_plan(Random& random) {
  const auto often = [&](std::uint64_t most) { return random.half() ? 0 : random.between(1, most); };
  Plan plan{};
  plan.max_delay = random.time(20us, random.half() ? 1ms : 20ms);
  for (std::uint64_t i = random.between(1, 4); i > 0; --i) {
    const Time low = random.time(1us, random.half() ? 100us : 100ms);
    Kind kind{low, low * static_cast<std::int64_t>(random.between(1, 20))};
    if (random.per_mille(300)) {
      kind.rare = random.between(1, 200);
      kind.rare_high = random.time(10ms, random.half() ? Time(1s) : Time(1h));
    }
    if (random.per_mille(50)) kind.high = 1h;
    plan.kinds.push_back(kind);
  }
  plan.trouble = random.time(10ms, random.half() ? Time(1s) : Time(10min));
  plan.engines = random.between(0, random.half() ? 4 : 12);
  plan.jobs = random.between(1, random.half() ? 12 : 60);
  plan.most_items = random.half() ? 1 : random.between(2, random.half() ? 30 : 300);
  plan.joins = often(4);
  plan.deaths = often(random.half() ? 3 : 12);
  plan.slow_downs = often(6);
  plan.exact = random.half() ? 1000 : random.between(0, 1000);
  plan.restarts = random.half();
  plan.ends_without_engines = random.per_mille(150);
  plan.exceptions = often(500);
  plan.retries = often(1000);
  plan.aborts = often(300);
  plan.opens = often(300);
  plan.targets = often(800);
  plan.dependencies = often(700);
  plan.priorities = often(700);
  plan.chunks = often(500);
  plan.timeouts = often(500);
  plan.foreign = often(500);
  return plan;
}

JobOptions draw_job(const Plan& plan, Random& random) {
  JobOptions job;
  if (random.half()) job.items = random.between(0, plan.most_items);
  job.kind = random.between(0, plan.kinds.size() - 1);
  job.open = random.per_mille(plan.opens);
  if (random.per_mille(plan.retries)) job.retries = static_cast<unsigned>(random.between(1, 5));
  if (random.per_mille(plan.chunks)) job.chunk = random.between(1, 20);
  if (random.per_mille(plan.priorities)) job.priority = static_cast<int>(random.between(0, 4)) - 2;
  if (random.per_mille(plan.timeouts)) job.queue_timeout = random.time(1ms, 20s);
  if (random.per_mille(plan.targets)) {
    const auto some = [&] { return static_cast<int>(random.between(0, plan.engines + 1)); };
    if (random.half()) {
      job.targets.only.emplace();
      for (std::uint64_t i = random.between(0, 3); i > 0; --i) job.targets.only->push_back(some());
    }
    if (random.half()) job.targets.never.push_back(some());
  }
  return job;
}

}  // namespace enginery::scheduling::simulation
