// benchmarks/deaths.hpp: how long after an engine's end its client knows of it.
#pragma once

#include <vector>

namespace enginery::benchmarks {

/// Seconds from a `kill -9` to the error of the task that ran, of each engine of a cluster of its own.
std::vector<double> deaths(int engines);

}  // namespace enginery::benchmarks
