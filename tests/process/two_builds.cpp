// tests/process/two_builds.cpp: a program of which there are two builds that differ in one constant.
#include <cstdlib>
#include <iostream>

#include <enginery/client.hpp>

static long constant() { return CONSTANT; }
static long times_constant(long x) { return x * CONSTANT; }

/// Calls its own functions on engine 0, so often as it is told, and each time waits for its own answer.
int main(int, char** argv) {
  enginery::Client rc;
  const auto e0 = rc[0];
  for (long i = 0; i < std::atol(argv[1]); ++i) {
    const long was = e0.apply_sync(constant), product = e0.apply_sync(times_constant, i),
               sum = e0.apply_sync([i](long x) { return i + x + CONSTANT; }, 1);
    if (was == CONSTANT && product == i * CONSTANT && sum == i + 1 + CONSTANT) continue;
    std::cerr << "the build of " << CONSTANT << " was answered " << was << ", " << product << ", " << sum << '\n';
    return 1;
  }
}
