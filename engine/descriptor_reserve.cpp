// engine/descriptor_reserve.cpp: descriptors that tasks leave to the engine.
#include "engine/descriptor_reserve.hpp"

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "core/processes/descriptor.hpp"

namespace enginery::engine {
namespace {

using namespace std::chrono_literals;
/// Between two looks, and for how long a task that runs on must share.
constexpr auto kInterval = 500ms, kMoment = 250ms;
/// How many more may be opened in such a moment. The task may take some of them; a newcomer needs one or two.
constexpr rlim_t kStep = 4;

}  // namespace

DescriptorReserve::DescriptorReserve() {
  if (::getrlimit(RLIMIT_NOFILE, &all_) != 0 || all_.rlim_cur < 4 * kReserve || all_.rlim_cur == RLIM_INFINITY) return;
  less_ = all_.rlim_cur - kReserve;
  set(less_);
  std::thread([this] { watch(); }).detach();
}

void DescriptorReserve::set(rlim_t limit) const {
  const rlimit wanted{limit, all_.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &wanted);
}

rlim_t DescriptorReserve::a_few_more() const {
  rlim_t lowest = less_;
  while (lowest < all_.rlim_cur && ::fcntl(static_cast<int>(lowest), F_GETFD) >= 0) ++lowest;
  return std::min(lowest + kStep, all_.rlim_cur);
}

void DescriptorReserve::task_begins() {
  tasks_.store(tasks_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  runs_ = true;  // either this thread sees that they are scarce, or the other that a task runs
  if (!scarce_) return;
  const std::lock_guard lock(mutex_);
  set(less_);
}

void DescriptorReserve::task_ends() {
  runs_ = false;
  if (!scarce_) return;
  const std::lock_guard lock(mutex_);
  set(all_.rlim_cur);
}

void DescriptorReserve::watch() {
  for (std::uint64_t before = 0;;) {
    std::this_thread::sleep_for(kInterval);
    const cluster::Descriptor lowest(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const bool scarce = !lowest || static_cast<rlim_t>(lowest.get()) >= less_ - kReserve;
    const bool was_scarce = scarce_.exchange(scarce);
    const std::uint64_t task = tasks_.load(std::memory_order_relaxed);
    const bool runs_on = runs_ && task == before;
    before = task;
    if (!scarce && !was_scarce) continue;
    {
      const std::lock_guard lock(mutex_);
      set(!scarce ? less_ : !runs_ ? all_.rlim_cur : runs_on ? a_few_more() : less_);
    }
    if (!scarce || !runs_on) continue;
    std::this_thread::sleep_for(kMoment);
    const std::lock_guard lock(mutex_);
    if (runs_) set(less_);
  }
}

}  // namespace enginery::engine
