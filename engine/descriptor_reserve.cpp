// engine/descriptor_reserve.cpp: descriptors that tasks leave to the engine.
#include "engine/descriptor_reserve.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "core/cluster/descriptor.hpp"

namespace enginery::engine {
namespace {

using namespace std::chrono_literals;
constexpr rlim_t kReserve = 64;
/// Between two looks, and for how long the reserve is open.
constexpr auto kInterval = 500ms, kOpen = 250ms;

bool none_left() {
  const cluster::Descriptor one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return !one && errno == EMFILE;
}

}  // namespace

void reserve_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < 4 * kReserve || limit.rlim_cur == RLIM_INFINITY)
    return;
  limit.rlim_cur -= kReserve;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  std::thread([] {
    for (;;) {
      std::this_thread::sleep_for(kInterval);
      rlimit now{};  // tasks may have changed it
      if (!none_left() || ::getrlimit(RLIMIT_NOFILE, &now) != 0) continue;
      const rlimit more{std::min(now.rlim_cur + kReserve, now.rlim_max), now.rlim_max};
      ::setrlimit(RLIMIT_NOFILE, &more);
      std::this_thread::sleep_for(kOpen);
      ::setrlimit(RLIMIT_NOFILE, &now);
    }
  }).detach();
}

}  // namespace enginery::engine
