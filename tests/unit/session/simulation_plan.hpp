// tests/unit/session/simulation_plan.hpp: what kind of world a seed makes.
#pragma once

#include <cstdint>

#include "core/session/limits.hpp"
#include "simulation_random.hpp"

namespace enginery::session::simulation {

struct Plan {
  Limits limits;
  bool calm = false;             ///< nothing breaks: then results must be in time
  std::uint64_t drops = 0;       ///< per mille of messages
  std::uint64_t duplicates = 0;  ///< per mille of requests
  std::uint64_t refusals = 0;    ///< per mille of chunks, for which the engine has no memory
  std::uint64_t cuts = 0, replacements = 0, deaths = 0, byes = 0;
  std::uint64_t crowds = 0;   ///< times that many sessions of strangers end
  std::uint64_t replays = 0;  ///< old Exchanges that somebody sends again
  Time trouble{0};            ///< faults happen before this
  Time max_delay{0};
  unsigned clients = 2;
  unsigned tasks = 20;            ///< of each client
  std::uint64_t aborts = 0;       ///< per mille of tasks
  std::uint64_t time_limits = 0;  ///< per mille of tasks
  std::uint64_t bulk = 0;         ///< per mille of tasks and results
  std::uint64_t max_bytes = 100;  ///< of a payload
  std::uint64_t long_tasks = 0;   ///< per mille of tasks, up to an hour
};

Plan draw_plan(Random& random);

}  // namespace enginery::session::simulation
