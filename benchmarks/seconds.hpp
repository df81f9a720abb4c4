// benchmarks/seconds.hpp: how long something takes.
#pragma once

#include <chrono>

namespace enginery::benchmarks {

template <class F>
double seconds_of(const F& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace enginery::benchmarks
