// core/enginery/random.hpp: random numbers for tasks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <enginery/export.hpp>

namespace enginery {

/// Philox4x64-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC'11). Its numbers are a
/// function of key and counter alone, so it costs nothing to begin a stream. For the distributions of <random>, and
/// whatever else takes a std::uniform_random_bit_generator.
///
/// Threads: as an int.
class Philox {
 public:
  using result_type = std::uint64_t;
  using Block = std::array<std::uint64_t, 4>;
  using Key = std::array<std::uint64_t, 2>;

  /// A stream has 2**66 numbers; streams of one seed, and of other seeds, are independent.
  constexpr explicit Philox(std::uint64_t seed = 0, std::uint64_t stream = 0) noexcept : Philox(Key{seed, 0}, stream) {}
  constexpr Philox(const Key& key, std::uint64_t stream) noexcept : key_(key), counter_{0, 0, stream, 0} {}

  static constexpr result_type min() noexcept { return 0; }
  static constexpr result_type max() noexcept { return std::numeric_limits<result_type>::max(); }
  result_type operator()() noexcept {
    if (next_ == numbers_.size()) fill();
    return numbers_[next_++];
  }

  /// The four numbers that a key gives for a counter.
  ENGINERY_API static Block block(const Block& counter, const Key& key) noexcept;

 private:
  void fill() noexcept {
    numbers_ = block(counter_, key_);
    if (++counter_[0] == 0) ++counter_[1];
    next_ = 0;
  }

  Key key_;
  Block counter_, numbers_{};
  std::size_t next_ = 4;  // in numbers_
};

/// In an item of a map: numbers that depend on the map's seed and on the number of the item in its map, and on nothing
/// else: not on the engine, the size of the chunks, or what ran before. In other tasks, in the items of a map without a
/// seed, in threads that a task starts, and in programs: other numbers each time, which are seeded by
/// std::random_device once for the task or the thread. Another item or task begins anew, so keep no reference.
///
/// Threads: each has its own.
ENGINERY_API Philox& task_random();

}  // namespace enginery
