// tests/process/travel_library.hpp: a library of the user's own, which the program travel_test links.
#pragma once

namespace travel_library {

__attribute__((visibility("default"))) double twice(double x);

}  // namespace travel_library
