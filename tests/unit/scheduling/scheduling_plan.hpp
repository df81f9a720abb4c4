// tests/unit/scheduling/scheduling_plan.hpp: what kind of world a seed makes.
#pragma once

#include <vector>

#include "core/scheduling/scheduler.hpp"
#include "tests/unit/session/simulation_random.hpp"

namespace enginery::scheduling::simulation {

using session::simulation::Random;

/// How long items of one function take.
struct Kind {
  Time low, high;
  std::uint64_t rare = 0;  ///< in a thousand: as many take
  Time rare_high{0};       ///< up to this
};

struct Plan {
  Time trouble;    ///< for so long things happen and break
  Time max_delay;  ///< of messages
  std::vector<Kind> kinds;
  std::uint64_t engines, jobs, most_items;
  std::uint64_t joins, deaths, slow_downs;
  std::uint64_t exact;  ///< in a thousand: deaths of a piece whose progress is known
  bool restarts, ends_without_engines;
  // In a thousand:
  std::uint64_t exceptions, retries, aborts, opens, targets, dependencies, priorities, chunks, timeouts, foreign;
};

Plan draw_plan(Random& random);
JobOptions draw_job(const Plan& plan, Random& random);

}  // namespace enginery::scheduling::simulation
