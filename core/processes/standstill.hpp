// core/processes/standstill.hpp: time in which this process did not run.
#pragma once

#include <chrono>
#include <utility>

namespace enginery::cluster {

/// A process that was stopped, or had no processor, heard nobody meanwhile, so nobody was silent towards it. Noticed by
/// who looks often.
///
/// Threads: belongs to one thread at a time.
class Standstill {
 public:
  /// Of a steady clock.
  using Time = std::chrono::nanoseconds;
  /// Between two looks of a process that runs. They are a second apart or less.
  static constexpr Time kLongestAbsence = std::chrono::seconds(2);

  explicit Standstill(Time now = Time::zero()) : looked_(now) {}
  /// How long it lasted since the last look; mostly 0.
  Time since_last_look(Time now) {
    const Time since = now - std::exchange(looked_, now);
    return since > kLongestAbsence ? since : Time::zero();
  }

 private:
  Time looked_;
};

}  // namespace enginery::cluster
