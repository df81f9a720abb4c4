// tests/process/two_libraries_geo.cpp: a library of the user's own, of which there are two builds of one name.
#include "tests/process/two_libraries_geo.hpp"

namespace geo {

long constant() { return CONSTANT; }
long times_constant(long x) { return x * CONSTANT; }

inline long& kept_here() {
  static long kept = CONSTANT;
  return kept;
}
long kept() { return kept_here(); }

}  // namespace geo
