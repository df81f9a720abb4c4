// tests/process/two_libraries.cpp: a program whose library comes in two builds of one name.
#include <cstdlib>
#include <iostream>

#include <enginery/client.hpp>

#include "tests/process/two_libraries_geo.hpp"
#include "tests/process/two_libraries_shape.hpp"

static long here(long x) { return geo::times_constant(x) + OFFSET; }

static bool same(const char* what, long theirs, long ours) {
  if (theirs != ours) std::cerr << what << " is " << ours << " here, and the engine answered " << theirs << '\n';
  return theirs == ours;
}

/// two_libraries CONSTANT TIMES: calls functions of its own and of its libraries on engine 0, and waits each time for
/// the answer that they give in this very process.
int main(int, char** argv) {
  if (!same("the library's constant", std::atol(argv[1]), geo::constant())) return 2;
  enginery::Client rc;
  const auto e0 = rc[0];
  for (long i = 0; i < std::atol(argv[2]); ++i) {
    const bool all =
        same("a function of the program", e0.apply_sync(here, i), here(i)) &&
        same("a closure", e0.apply_sync([i](long x) { return i + geo::times_constant(x); }, 1), i + geo::constant()) &&
        same("a function of the library", e0.apply_sync(geo::times_constant, i), geo::times_constant(i)) &&
        same("a static of the library", e0.apply_sync(geo::kept), geo::kept()) &&
        same("a function of what needs it", e0.apply_sync(shape::area, i), shape::area(i));
    if (!all) return 1;
  }
}
