// tests/unit/scheduling/scheduling_costs.cpp: what an event costs, by the number of engines.
#include "scheduling_costs.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <deque>

#include "core/scheduling/scheduler.hpp"

namespace enginery::scheduling::simulation {
namespace {

using namespace std::chrono_literals;

struct Work {
  const char* name;
  std::uint64_t jobs, items;  ///< of each
  Time takes;                 ///< an item
  std::uint64_t lanes;        ///< jobs have targets of so many sorts
};

struct Cost {
  double nanoseconds;  ///< an event
  std::uint64_t events, pieces;
};

/// All jobs are submitted first; then pieces end in the order in which they were sent.
Cost measure(const Work& work, std::uint64_t engines) {
  Scheduler scheduler;
  Actions actions;
  std::deque<Send> sent;
  Time now = 1h;
  std::uint64_t events = 0, pieces = 0;
  const auto perform = [&] {
    ++events;
    for (const Action& action : actions)
      if (const auto* send = std::get_if<Send>(&action)) sent.push_back(*send);
    actions.clear();
  };
  for (std::uint64_t i = 0; i < engines; ++i) scheduler.join(i, static_cast<int>(i), now, actions);
  const std::clock_t start = std::clock();  // of this process: others may be busy
  for (std::uint64_t i = 0; i < work.jobs; ++i) {
    JobOptions job;
    job.items = work.items;
    if (work.lanes > 1) job.targets.never = {static_cast<int>(i % work.lanes)};
    scheduler.submit(i + 1, std::move(job), now, actions);
    perform();
  }
  while (!sent.empty()) {
    const Send piece = sent.front();
    sent.pop_front();
    ++pieces;
    now += 1us;
    scheduler.on_done(piece.piece, work.takes * static_cast<std::int64_t>(piece.items.count), {}, now, actions);
    perform();
    if (scheduler.next_deadline() <= now) {
      scheduler.tick(now, actions);
      perform();
    }
  }
  const double took = 1e9 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  return {took / static_cast<double>(events), events, pieces};
}

}  // namespace

void print_costs() {
  const Work works[] = {{"1 M single tasks of 1 ms", 1'000'000, 1, 1ms, 1},
                        {"1 M single tasks of 10 us", 1'000'000, 1, 10us, 1},
                        {"a map of 1 M items of 1 ms", 1, 1'000'000, 1ms, 1},
                        {"a map of 1 M items of 10 us", 1, 1'000'000, 10us, 1},
                        {"1 M single tasks, 8 sorts of targets", 1'000'000, 1, 1ms, 8}};
  std::printf("%-38s %8s %12s %10s %10s\n", "", "engines", "ns an event", "events", "pieces");
  for (const Work& work : works)
    for (const std::uint64_t engines : {10, 100, 1000, 5000}) {
      const Cost cost = measure(work, engines);
      std::printf("%-38s %8llu %12.0f %10llu %10llu\n", work.name, static_cast<unsigned long long>(engines),
                  cost.nanoseconds, static_cast<unsigned long long>(cost.events),
                  static_cast<unsigned long long>(cost.pieces));
      std::fflush(stdout);
    }
}

}  // namespace enginery::scheduling::simulation
