// engine/task_limits.cpp: what an engine's tasks may take of memory and of descriptors.
//
// A task that takes all memory or all descriptors must fail alone: the engine has to report its end, and new clients
// have to reach the engine. Both limits are soft limits of the kernel's (setrlimit), which hold for the whole process.
// So there is a reserve above each: the engine raises the limit when a task ends and lowers it when one begins, that of
// descriptors only once tasks have taken nearly all. While a task runs, the engine's other threads get from the reserve
// no more than they need at that moment, because what is there a task can take, too.
#include "engine/task_limits.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <new>
#include <string>
#include <thread>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/processes/descriptor.hpp"

namespace enginery::engine {

/// From this size on, in bytes, a piece of memory has pages of its own.
constexpr int kOwnPages = 1 << 20;

/// How much free room, in bytes, there should be, and how often this is looked at.
constexpr std::size_t kRoom = 4 << 20;
constexpr std::chrono::milliseconds kBetweenLooks(200);

/// As RLIMIT_DATA counts, in bytes.
static std::uint64_t held_now() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (std::uint64_t kibibytes = 0; word == "VmData:" && status >> kibibytes) return kibibytes * 1024;
  throw Error("OSError", "/proc/self/status does not say how much memory this engine has; --memory-limit needs it");
}

using namespace std::chrono_literals;
/// Between two looks; and for how long a task that runs on must share.
constexpr auto kInterval = 500ms, kMoment = 250ms;
/// How many more may be opened in such a moment. The task may take some of them; a new client needs one or two.
constexpr rlim_t kStep = 4;

MemoryLimit::MemoryLimit(std::uint64_t bytes) {
  if (bytes == 0) return;
  // Large pieces are given back when they are freed, and do not stay in a thread's arena, where they would count.
  ::mallopt(M_MMAP_THRESHOLD, kOwnPages);
  const std::uint64_t held = held_now();
  limit_ = std::min(bytes, RLIM_INFINITY / 4) + held;
  rlimit limit{};
  ::getrlimit(RLIMIT_DATA, &limit);
  hard_ = limit.rlim_max;
  if (hard_ < limit_ + kReserve)
    throw Error("OSError",
                fmt::format("--memory-limit {} is beyond what this process may have (`ulimit -H -d`: {} KiB)", bytes,
                            hard_ / 1024));
  task_ends();
  only_ = this;
  std::set_new_handler(&give_more);
  // NNG allocates by malloc, which calls no new_handler. It finds room because this thread asks first.
  std::thread([] {
    for (;; std::this_thread::sleep_for(kBetweenLooks)) ::operator delete(::operator new(kRoom, std::nothrow));
  }).detach();
}

void MemoryLimit::task_begins() {
  const std::lock_guard lock(changing_);
  set(limit_);
}

void MemoryLimit::task_ends() {
  if (only_ == this) std::set_new_handler(&give_more);  // the task may have set another
  const std::lock_guard lock(changing_);
  set(limit_ + kReserve);
}

void MemoryLimit::give_more() {
  const std::lock_guard lock(only_->changing_);
  rlimit now{};
  const std::uint64_t most = only_->limit_ + kReserve;
  if (std::this_thread::get_id() == only_->main_ || ::getrlimit(RLIMIT_DATA, &now) != 0 || now.rlim_cur >= most)
    throw std::bad_alloc();
  only_->set(std::min(now.rlim_cur + kStep, most));
}

void MemoryLimit::set(std::uint64_t bytes) const {
  if (limit_ == 0) return;
  const rlimit limit{bytes, hard_};
  ::setrlimit(RLIMIT_DATA, &limit);
}

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
