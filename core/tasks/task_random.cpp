// core/tasks/task_random.cpp: random numbers for tasks.
//
// Each thread has one generator in this library, and task_random() gives that. The thread that runs tasks gets a new
// key and counter for each item of a map. Most tasks ask for no random numbers, so std::random_device is read when one
// does.
#include "core/tasks/task_random.hpp"

#include <random>

namespace enginery {
namespace {

thread_local Philox of_this_thread;
thread_local bool is_seeded = false;

/// From random_device, which gives 32 bits at a time.
std::uint64_t drawn(std::random_device& source) {
  const std::uint64_t high = source();
  return high << 32 | source();
}

/// The product of two words: its high and its low one.
struct Product {
  std::uint64_t high, low;
  Product(std::uint64_t a, std::uint64_t b) noexcept {
    const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
    high = static_cast<std::uint64_t>(product >> 64);
    low = static_cast<std::uint64_t>(product);
  }
};

}  // namespace

Philox::Block Philox::block(const Block& counter, const Key& key) noexcept {
  // The constants of the paper: multipliers found by search, and Weyl increments from the golden ratio and sqrt(3) - 1.
  constexpr std::uint64_t kMultiplier0 = 0xD2E7470EE14C6C93, kMultiplier1 = 0xCA5A826395121157;
  constexpr std::uint64_t kIncrement0 = 0x9E3779B97F4A7C15, kIncrement1 = 0xBB67AE8584CAA73B;
  constexpr int kRounds = 10;
  Block x = counter;
  Key k = key;
  for (int round = 0; round < kRounds; ++round) {
    const Product first(kMultiplier0, x[0]), second(kMultiplier1, x[2]);
    x = {second.high ^ x[1] ^ k[0], second.low, first.high ^ x[3] ^ k[1], first.low};
    k = {k[0] + kIncrement0, k[1] + kIncrement1};
  }
  return x;
}

Philox& task_random() {
  if (!is_seeded) {
    std::random_device source;
    const std::uint64_t low = drawn(source), high = drawn(source);
    of_this_thread = Philox(Philox::Key{low, high}, drawn(source));
    is_seeded = true;
  }
  return of_this_thread;
}

namespace tasks {

TaskRandom::TaskRandom() noexcept : before_(of_this_thread), was_seeded_(is_seeded) { is_seeded = false; }
TaskRandom::~TaskRandom() {
  of_this_thread = before_;
  is_seeded = was_seeded_;
}

void TaskRandom::begin_item(std::uint64_t seed, std::uint64_t item) noexcept {
  of_this_thread = Philox(seed, item);
  is_seeded = true;
}

}  // namespace tasks
}  // namespace enginery
