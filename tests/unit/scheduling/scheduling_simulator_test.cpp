// tests/unit/scheduling/scheduling_simulator_test.cpp: the rules of scheduling in a thousand bad worlds.
//
// `scheduling_simulator_test --seeds N --first S` runs others; a failing seed prints itself and the last events.
// `scheduling_simulator_test --costs` prints what an event costs, by the number of engines.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "scheduling_costs.hpp"
#include "scheduling_simulator.hpp"

namespace simulation = enginery::scheduling::simulation;

namespace {

struct Sums {
  std::uint64_t events = 0, done = 0, failed = 0, taken_back = 0, crossed = 0, died = 0;
};

bool passes(std::uint64_t seed, Sums& sums) {
  try {
    simulation::Simulator world(seed);
    world.run();
    sums.events += world.events();
    sums.done += world.done;
    sums.failed += world.failed;
    sums.taken_back += world.taken_back;
    sums.crossed += world.crossed;
    sums.died += world.died;
    return true;
  } catch (const std::exception& violation) {
    std::printf("seed %llu broke the rule: %s\n", static_cast<unsigned long long>(seed), violation.what());
  }
  simulation::Simulator again(seed, true);
  try {
    again.run();
  } catch (const std::exception&) {
    for (const std::string& line : again.trace()) std::printf("  %s\n", line.c_str());
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 1000, first = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--costs") == 0) return simulation::print_costs(), 0;
    if (i + 1 == argc) break;
    if (std::strcmp(argv[i], "--seeds") == 0) seeds = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--first") == 0) first = std::strtoull(argv[i + 1], nullptr, 10);
  }
  const auto start = std::chrono::steady_clock::now();
  Sums sums;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed)
    if (!passes(seed, sums)) return 1;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  std::printf("%llu seeds from %llu passed in %.1f s: %llu events; items: %llu ran, %llu given up; ", number(seeds),
              number(first), took.count(), number(sums.events), number(sums.done), number(sums.failed));
  std::printf("pieces: %llu taken back, %llu asked back in vain, %llu on engines that died\n", number(sums.taken_back),
              number(sums.crossed), number(sums.died));
  return 0;
}
