// core/session/standstill.hpp: time in which this process did not run.
#pragma once

#include <chrono>
#include <utility>

#include "core/session/limits.hpp"

namespace enginery::session {

/// A process that was stopped, or had no processor, heard nobody meanwhile, so nobody was silent towards it. Noticed by
/// who looks often.
///
/// Threads: belongs to one thread at a time.
class Standstill {
 public:
  /// Between two looks of a process that runs. They are a second apart or less.
  static constexpr Time kLongestAbsence = std::chrono::seconds(2);

  /// `longest`: an absence that is longer is a standstill; kNever: none is.
  explicit Standstill(Time now = Time::zero(), Time longest = kLongestAbsence) : looked_(now), longest_(longest) {}
  /// How long it lasted since the last look; mostly 0.
  Time since_last_look(Time now) {
    const Time since = now - std::exchange(looked_, now);
    return since > longest_ ? since : Time::zero();
  }

 private:
  Time looked_, longest_;
};

}  // namespace enginery::session
