// client/links/event.hpp: something that happens once, which threads wait for and continuations follow.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <enginery/task_handle.hpp>

#include "core/tasks/task_wait.hpp"

namespace enginery {

/// Threads: all functions from any; none locks.
class Event {
 public:
  ~Event() { drop(following_.load(std::memory_order_relaxed)); }

  bool has_happened() const noexcept { return state_.load(std::memory_order_acquire) & kHappened; }

  /// Wakes the threads that wait, and calls `post` with each continuation, in the order of follow(). If `post` throws,
  /// it is still called with the rest, and the last error is thrown at the end. Requires: the event has not happened.
  template <class Post>
  void happen(const Post& post) {
    if (state_.exchange(kHappened, std::memory_order_acq_rel) & kAwaited) wake();
    Following* last = following_.exchange(closed(), std::memory_order_acq_rel);
    Following* first = nullptr;
    while (last) first = std::exchange(last, std::exchange(last->before, first));
    std::exception_ptr error;
    for (Following* each = first; each; each = each->before) {
      try {
        post(std::move(each->work));
      } catch (...) {
        error = std::current_exception();
      }
    }
    drop(first);
    if (error) std::rethrow_exception(error);
  }
  /// Gives `post` the work once this has happened: at once if it has.
  template <class Post>
  void follow(Continuation work, const Post& post) {
    std::unique_ptr<Following> last(new Following{std::move(work), nullptr});
    if (!append(last)) post(std::move(last->work));
  }

  /// Whether it happened in time. Throws TaskAborted when the task that waits is asked to stop; `what` it waits for.
  bool wait_until(std::optional<std::chrono::steady_clock::time_point> deadline, const tasks::Awaited& what) const;

 private:
  /// A continuation in the list.
  struct Following {
    Continuation work;
    Following* before;
  };
  static constexpr std::uint32_t kAwaited = 1, kHappened = 2;  // bits
  static constexpr std::uint32_t kNudge = 4;                   // above them: counts nudges of those that wait

  /// The list's head once the list is taken: nothing is appended to it any more.
  static Following* closed() noexcept { return reinterpret_cast<Following*>(alignof(Following)); }
  static void drop(Following* first) noexcept;
  /// False, and `last` is left, when the list was taken.
  bool append(std::unique_ptr<Following>& last);
  void wake() const;

  mutable std::atomic<std::uint32_t> state_{0};
  std::atomic<Following*> following_{nullptr};
};

}  // namespace enginery
