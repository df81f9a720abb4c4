// tests/process/two_libraries_geo.hpp: a library of the user's own, of which there are two builds of one name.
#pragma once

namespace geo {

long constant();
long times_constant(long x);
/// As constant(), from a static of an inline function.
long kept();

}  // namespace geo
