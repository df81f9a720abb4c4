// core/transport/hearing.hpp: whether a peer that speaks regularly has been silent for too long.
#pragma once

#include <algorithm>
#include <chrono>

namespace enginery::transport {

/// (event, now) → whether something is to be done. Each silence is waited for twice as long as the one before, up to a
/// minute: a peer may be stopped for long. What is heard makes the patience short again.
///
/// Threads: one at a time.
class Hearing {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;
  static constexpr std::chrono::minutes kLongest{1};

  Hearing(Duration patience, Time now) : first_patience_(patience), patience_(patience), heard_(now) {}

  void on_heard(Time now) {
    heard_ = now;
    patience_ = first_patience_;
  }
  /// True: it has been silent for too long; the time begins anew.
  bool tick(Time now) {
    if (now < heard_ + patience_) return false;
    heard_ = now;
    patience_ = std::min<Duration>(2 * patience_, kLongest);
    return true;
  }
  /// When tick() is due; also while the patience is long, since it may be short by then.
  Time next(Time now) const { return std::min(heard_ + patience_, now + first_patience_); }

 private:
  const Duration first_patience_;
  Duration patience_;
  Time heard_;
};

}  // namespace enginery::transport
