// tests/unit/session/simulator_test.cpp: the session's rules in a thousand bad worlds.
//
// `simulator_test --seeds N --first S` runs others; a failing seed prints itself and the last events.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "simulator.hpp"

namespace simulation = enginery::session::simulation;

namespace {

bool passes(std::uint64_t seed) {
  try {
    simulation::Simulator(seed).run();
    return true;
  } catch (const simulation::Violation& violation) {
    std::printf("seed %llu broke the rule: %s\n", static_cast<unsigned long long>(seed), violation.what());
  }
  simulation::Simulator again(seed, true);
  try {
    again.run();
  } catch (const simulation::Violation&) {
    for (const std::string& line : again.trace()) std::printf("  %s\n", line.c_str());
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 1000, first = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--seeds") == 0) seeds = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--first") == 0) first = std::strtoull(argv[i + 1], nullptr, 10);
  }
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t seed = first; seed < first + seeds; ++seed)
    if (!passes(seed)) return 1;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%llu seeds from %llu passed in %.1f s\n", static_cast<unsigned long long>(seeds),
              static_cast<unsigned long long>(first), took.count());
  return 0;
}
