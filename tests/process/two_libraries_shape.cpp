// tests/process/two_libraries_shape.cpp: a library of the user's own that needs another of which there are two builds.
#include "tests/process/two_libraries_shape.hpp"

#include "tests/process/two_libraries_geo.hpp"

namespace shape {

long area(long width) { return geo::times_constant(width) + 1; }

}  // namespace shape
