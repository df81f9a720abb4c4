// examples/myscript.cpp: what `run` runs: its body is executed in the engine's own namespace.
#include <cstdint>

#include <enginery/plugin.hpp>

static std::int64_t mysquare(std::int64_t x) { return x * x; }

ENGINERY_PLUGIN(myscript, m) {
  m.set("a", 5);
  m.def("mysquare", mysquare, "x"_a, "The square of x.");
}
