// tools/restart_policy.cpp: when a process that died may be started anew.
#include "tools/restart_policy.hpp"

#include <algorithm>

namespace enginery::tools {

std::optional<RestartPolicy::Time> RestartPolicy::died(Time now) {
  if (now - began_ >= kGoodLife) forget();
  if (++deaths_ >= kMostDeaths) return std::nullopt;
  return now + std::min(kLongestDelay, kFirstDelay * (1 << (deaths_ - 1)));
}

}  // namespace enginery::tools
