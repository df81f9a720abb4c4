// benchmarks/first_call.hpp: what the first call of a program's function costs where nobody knows the program.
#pragma once

#include <cstdint>
#include <vector>

namespace enginery {
class DirectView;
}

namespace enginery::benchmarks {

/// Seconds of the first call of a function of this program, each from a process of its own, on an engine of its own
/// that has an empty module cache: hashing the program, delivery, the probe process and loading are in it, connecting
/// is not. Sets and restores ENGINERY_CLUSTER and ENGINERY_CACHE.
std::vector<double> first_calls(int count);
/// Such a process's own main function: prints the seconds.
int first_call_main();

/// Bytes of the module that travels, about 1 MB.
std::uintmax_t module_bytes();

/// Seconds of calls that do nothing, of this program's function and of a plugin's by its name, one after the other.
struct CallLatencies {
  std::vector<double> of_code, by_name;
};
CallLatencies alternating_calls(const DirectView& engine, int count);

}  // namespace enginery::benchmarks
