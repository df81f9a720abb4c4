// core/transport/spin.hpp: waiting a moment before sleeping.
#pragma once

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace enginery::transport {

/// How long this thread's waits were of late, and whether spinning is worth it.
///
/// A sleeping thread takes longer to wake than most answers take to come; so a thread whose last waits were short
/// spins, yielding its core at each turn so that whoever else is ready goes first. When that one keeps the core for a
/// whole time slice, cores are scarce: the thread does not spin again for a second, since a sleeper that wakes is
/// scheduled sooner than a thread that yielded. A thread whose waits are long does not spin at all.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;

  /// Returns when `condition` holds, or when `sleep()`, called once after spinning in vain, returns.
  template <class Condition, class Sleep>
  void wait(const Condition& condition, const Sleep& sleep) {
    const Clock::time_point start = Clock::now();
    if (!spin(start, condition)) sleep();
    const Clock::duration took = std::min<Clock::duration>(Clock::now() - start, kLong);
    expected_ = (3 * expected_ + took) / 4;
  }

  static Patience& of_this_thread() {
    thread_local Patience patience;
    return patience;
  }

 private:
  static constexpr std::chrono::microseconds kWorth{250}, kLong{1000}, kSlice{500};
  static constexpr std::chrono::seconds kScarcity{1};

  template <class Condition>
  bool spin(Clock::time_point now, const Condition& condition) {
    if (condition()) return true;
    if (expected_ > kWorth || now < resume_) return false;
    for (const Clock::time_point end = now + kWorth; now < end;) {
      if (condition()) return true;
      ::sched_yield();
      const Clock::time_point before = std::exchange(now, Clock::now());
      if (now - before > kSlice) {
        resume_ = now + kScarcity;
        break;
      }
    }
    return condition();
  }

  Clock::duration expected_ = kLong;
  Clock::time_point resume_{};
};

}  // namespace enginery::transport
