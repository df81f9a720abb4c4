// client/links/deadline.hpp: until when a caller waits.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include <enginery/task_handle.hpp>

namespace enginery {

/// Longer than anybody waits; beyond it a clock's arithmetic could overflow.
inline constexpr Seconds kLongestWait(366.0 * 24 * 3600);

inline std::chrono::steady_clock::time_point deadline_of(Seconds timeout) {
  return std::chrono::steady_clock::now() +
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::clamp(timeout, Seconds(0), kLongestWait));
}
inline std::optional<std::chrono::steady_clock::time_point> deadline_of(std::optional<Seconds> timeout) {
  if (!timeout) return std::nullopt;
  return deadline_of(*timeout);
}

}  // namespace enginery
