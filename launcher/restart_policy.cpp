// launcher/restart_policy.cpp: when a process that died may be started anew.
#include "launcher/restart_policy.hpp"

#include <algorithm>

namespace enginery::tools {

std::optional<RestartPolicy::Time> RestartPolicy::died(Time now) {
  if (now - began_ >= kGoodLife) forget();
  if (++deaths_ >= most_deaths_) return std::nullopt;
  constexpr int kDoublings = 10;  // more than enough, and no overflow
  return now + std::min(kLongestDelay, kFirstDelay * (1 << std::min(deaths_ - 1, kDoublings)));
}

}  // namespace enginery::tools
