// core/processes/descriptor_limit.hpp: how many descriptors this process may have open.
#pragma once

#include <sys/resource.h>

namespace enginery::cluster {

/// From now on this process may have as many open as its user's hard limit allows. Each client takes three of an
/// engine's, and the usual 1024 would end at some hundred.
inline void raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace enginery::cluster
