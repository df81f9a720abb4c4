// tests/unit/session/simulation_plan.cpp: what kind of world a seed makes.
#include "simulation_plan.hpp"

namespace enginery::session::simulation {

using namespace std::chrono_literals;

Plan draw_plan(Random& random) {
  Plan plan;
  Limits& limits = plan.limits;
  limits.tasks_ahead = random.between(1, random.half() ? 4 : 40);
  limits.bytes_ahead = random.between(1, random.half() ? 300 : 5000);
  limits.result_bytes = random.between(1, random.half() ? 300 : 5000);
  limits.engine_bytes = random.between(100, random.half() ? 2000 : 100000);
  limits.message_bytes = random.between(64, random.half() ? 400 : 4000);
  limits.chunk_bytes = random.between(8, 64);
  limits.chunks_open = static_cast<unsigned>(random.between(1, 4));
  limits.exchanges_open = static_cast<unsigned>(random.between(1, 3));
  limits.queue_tasks = random.between(1, 50);
  limits.queue_bytes = random.between(1, 5000);
  limits.sessions = random.per_mille(100) ? random.between(1, 2) : 8;
  limits.forgotten = random.between(0, random.half() ? 4 : 40);
  limits.turn_tasks = random.between(1, 5);
  limits.poll = random.half() ? 1s : 100ms;
  limits.unanswered = random.half() ? kNever : 3 * limits.poll;
  limits.silence = 600 * limits.poll;
  limits.unheard = 15 * limits.poll;

  plan.calm = random.per_mille(250);
  plan.max_delay = random.time(20us, limits.poll / 4);
  plan.trouble = random.time(10ms, 60s);
  plan.clients = static_cast<unsigned>(random.per_mille(150) ? random.between(3, 5) : 2);
  plan.tasks = static_cast<unsigned>(random.between(1, 30));
  plan.aborts = random.half() ? 0 : random.between(0, 400);
  plan.bulk = random.half() ? 0 : random.between(0, 500);
  plan.max_bytes = random.between(8, 400);
  plan.long_tasks = random.half() ? 0 : 20;
  plan.time_limits = random.half() ? 0 : random.between(0, 500);
  if (plan.calm) return plan;
  plan.drops = random.half() ? 0 : random.between(0, 100);
  plan.duplicates = random.half() ? 0 : random.between(0, 200);
  plan.cuts = random.between(0, 8);
  plan.replacements = random.half() ? 0 : random.between(0, 2);
  plan.deaths = random.per_mille(300);
  plan.byes = random.per_mille(300);
  plan.crowds = random.half() ? 0 : random.between(0, 8);
  plan.replays = random.half() ? 0 : random.between(0, 40);
  plan.refusals = random.half() ? 0 : random.between(0, 100);
  return plan;
}

}  // namespace enginery::session::simulation
