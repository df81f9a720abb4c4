// core/processes/wall_clock.hpp: the time that people read.
#pragma once

#include <chrono>
#include <cstdint>

namespace enginery::cluster {

/// In nanoseconds since 1970, UTC, as messages have it.
inline std::int64_t utc_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace enginery::cluster
