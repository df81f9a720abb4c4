// tests/process/travel_library.cpp: a library of the user's own, which the program travel_test links.
#include "tests/process/travel_library.hpp"

namespace travel_library {

double twice(double x) { return 2 * x; }

}  // namespace travel_library
