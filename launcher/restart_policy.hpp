// launcher/restart_policy.hpp: when a process that died may be started anew.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace enginery::tools {

/// Against crash loops: the delay doubles with each death, from 0.1 s to 10 s, until the process has lived for a
/// minute; after some deaths in a row without such a minute it is given up.
///
/// Threads: belongs to one thread.
class RestartPolicy {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kFirstDelay{100}, kLongestDelay{10'000};
  static constexpr std::chrono::seconds kGoodLife{60};

  /// It is given up at the death of that number; ten are 33 s.
  explicit RestartPolicy(int most_deaths = 10) : most_deaths_(most_deaths) {}
  int most_deaths() const noexcept { return most_deaths_; }

  /// The process was started.
  void began(Time now) { began_ = now; }
  /// It died. When to start it anew; nothing: it is given up.
  std::optional<Time> died(Time now) {
    if (now - began_ >= kGoodLife) forget();
    if (++deaths_ >= most_deaths_) return std::nullopt;
    constexpr int kDoublings = 10;  // more than enough, and no overflow
    return now + std::min(kLongestDelay, kFirstDelay * (1 << std::min(deaths_ - 1, kDoublings)));
  }
  /// What was before does not count any more.
  void forget() { deaths_ = 0; }

 private:
  int most_deaths_;
  Time began_{};
  int deaths_ = 0;  // in a row
};

}  // namespace enginery::tools
