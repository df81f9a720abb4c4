// client/links/event.cpp: something that happens once, which threads wait for and continuations follow.
//
// Threads sleep on a futex of one word. The word also says whether any thread sleeps, so an event without a sleeper
// costs no system call. Continuations form a list that grows at its head. The thread in which the event happens takes
// the list and closes it; a continuation that comes later need not wait.
#include "client/links/event.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <climits>

#include "core/transport/spin.hpp"

namespace enginery {

void Event::wake() const { syscall(SYS_futex, &state_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0); }

bool Event::wait_until(std::optional<std::chrono::steady_clock::time_point> deadline,
                       const tasks::Awaited& what) const {
  const auto late = [&] { return deadline && std::chrono::steady_clock::now() >= *deadline; };
  const tasks::StoppableWait stoppable([this] {
    state_.fetch_add(kNudge, std::memory_order_acq_rel);
    wake();
  });
  timespec at{};  // CLOCK_MONOTONIC, absolute
  if (deadline) {
    const auto since = deadline->time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    at.tv_sec = seconds.count();
    at.tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds).count();
  }
  const auto sleep = [&] {
    for (;;) {
      const std::uint32_t seen = state_.fetch_or(kAwaited, std::memory_order_acq_rel);
      if ((seen & kHappened) || late() || stoppable.must_end()) return;
      syscall(SYS_futex, &state_, FUTEX_WAIT_BITSET_PRIVATE, seen | kAwaited, deadline ? &at : nullptr, nullptr,
              FUTEX_BITSET_MATCH_ANY);
    }
  };
  transport::Patience::of_this_thread().wait([this] { return has_happened(); }, sleep);
  if (has_happened()) return true;
  stoppable.check(what);
  return false;
}

bool Event::append(std::unique_ptr<Following>& last) {
  last->before = following_.load(std::memory_order_acquire);
  do {
    if (last->before == closed()) return false;
  } while (!following_.compare_exchange_weak(last->before, last.get(), std::memory_order_acq_rel));
  last.release();
  return true;
}

void Event::drop(Following* first) noexcept {
  if (first == closed()) return;
  while (first) delete std::exchange(first, first->before);
}

}  // namespace enginery
