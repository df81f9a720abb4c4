// squares.cpp: the smallest plugin.
#include <cstdint>

#include <enginery/plugin.hpp>

static std::int64_t square(std::int64_t x) { return x * x; }

ENGINERY_PLUGIN(squares, m) { m.def("square", square, "x"_a, "The square of x."); }
