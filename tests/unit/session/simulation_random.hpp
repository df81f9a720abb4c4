// tests/unit/session/simulation_random.hpp: chance that a seed repeats.
#pragma once

#include <cstdint>

#include "core/session/limits.hpp"

namespace enginery::session::simulation {

/// splitmix64: the same numbers on every machine and library.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 0x1234567u) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  /// From `low` to `high`, both included.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + next() % (high - low + 1); }
  /// True `n` times in a thousand.
  bool per_mille(std::uint64_t n) { return next() % 1000 < n; }
  bool half() { return next() & 1; }
  /// Between them, the smaller ones as often as the larger ones.
  Time time(Time low, Time high) {
    std::uint64_t span = static_cast<std::uint64_t>(high.count());
    const std::uint64_t floor = static_cast<std::uint64_t>(low.count());
    while (span > floor * 2 && half()) span /= 2;
    return Time(static_cast<std::int64_t>(between(floor, span < floor ? floor : span)));
  }

 private:
  std::uint64_t state_;
};

}  // namespace enginery::session::simulation
