// tests/unit/client/set_clock_test.cpp: what durations are when somebody sets the wall clock meanwhile.
#include <time.h>

#include <atomic>
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/client.hpp>

using namespace std::chrono_literals;

static std::atomic<std::chrono::nanoseconds> set_by{0ns};

// In place of libstdc++'s, for the libraries too: a wall clock that tests can set.
namespace std::chrono {
inline namespace _V2 {
system_clock::time_point system_clock::now() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return time_point(duration_cast<duration>(seconds(time.tv_sec) + nanoseconds(time.tv_nsec) + ::set_by.load()));
}
}  // namespace _V2
}  // namespace std::chrono

namespace enginery {
namespace {

/// What a task does, and others have done meanwhile.
void set_clock(int hours) { set_by = set_by.load() + std::chrono::hours(hours); }

TEST(SetClock, DurationsAreThoseOfAClockThatNobodySets) {
  for (const int hours : {-1, +1}) {
    const AsyncResult<void> result = local().apply_async(set_clock, hours);
    result.get();
    const Metadata metadata = result.metadata();
    EXPECT_GT(std::chrono::abs(*metadata.completed - *metadata.started), 59min) << "the clock was not set";
    for (const double seconds : {result.wall_time(), result.serial_time(), result.elapsed()}) {
      EXPECT_GT(seconds, 0);
      EXPECT_LT(seconds, 60);
    }
    EXPECT_LE(result.serial_time(), result.wall_time());
  }
}

}  // namespace
}  // namespace enginery
