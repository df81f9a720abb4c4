// engine/descriptor_reserve.cpp: descriptors that tasks leave to the engine.
#include "engine/descriptor_reserve.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "core/cluster/descriptor.hpp"

namespace enginery::engine {
namespace {

using namespace std::chrono_literals;
/// Between two looks, and for how long the reserve is open.
constexpr auto kInterval = 500ms, kOpen = 250ms;

bool none_left() {
  const cluster::Descriptor one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return !one && errno == EMFILE;
}

}  // namespace

DescriptorReserve::DescriptorReserve() {
  rlimit all{};
  if (::getrlimit(RLIMIT_NOFILE, &all) != 0 || all.rlim_cur < 4 * kReserve || all.rlim_cur == RLIM_INFINITY) return;
  const rlimit less{all.rlim_cur - kReserve, all.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &less);
  std::thread([all, less] {
    for (;;) {
      std::this_thread::sleep_for(kInterval);
      if (!none_left()) continue;
      ::setrlimit(RLIMIT_NOFILE, &all);
      std::this_thread::sleep_for(kOpen);
      ::setrlimit(RLIMIT_NOFILE, &less);
    }
  }).detach();
}

}  // namespace enginery::engine
