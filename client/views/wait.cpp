// client/views/wait.cpp: waiting for several results at once.
//
// Each result posts its number when it is ready, in the client's thread of continuations. A wait that is itself in that
// thread, in a continuation, would never hear of it; so a wait also looks at the results, now and then.
#include <enginery/wait.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "client/links/client_threads.hpp"
#include "core/tasks/task_wait.hpp"

namespace enginery::detail {

/// How long a wait sleeps at most before it looks for itself.
static constexpr std::chrono::milliseconds kLook{50};

struct ReadyOrder::State {
  const std::vector<AsyncTasks> results;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::size_t> order;  // of those that are known to be ready
  std::vector<bool> known;

  explicit State(std::vector<AsyncTasks> given) : results(std::move(given)), known(results.size()) {}

  /// Requires: the lock is held.
  void add(std::size_t i) {
    if (known[i]) return;
    known[i] = true;
    order.push_back(i);
  }
};

ReadyOrder::ReadyOrder(std::vector<AsyncTasks> results) : state_(std::make_shared<State>(std::move(results))) {
  // A result must not keep alive, by its continuation, the state that keeps the result.
  for (std::size_t i = 0; i < state_->results.size(); ++i)
    state_->results[i].on_ready([i, weak = std::weak_ptr<State>(state_)] {
      const std::shared_ptr<State> state = weak.lock();
      if (!state) return;
      {
        const std::lock_guard lock(state->mutex);
        state->add(i);
      }
      state->changed.notify_all();
    });
}

std::optional<std::size_t> ReadyOrder::kth(std::size_t k, std::optional<Seconds> timeout) const {
  State& state = *state_;
  if (k >= state.results.size()) return std::nullopt;
  const auto deadline = deadline_of(timeout);
  const tasks::StoppableWait stoppable([&state] {
    { const std::lock_guard lock(state.mutex); }
    state.changed.notify_all();
  });
  std::unique_lock lock(state.mutex);
  bool looks = false;
  while (k >= state.order.size()) {
    const auto now = std::chrono::steady_clock::now();
    const bool late = deadline && now >= *deadline;
    if (looks || late)
      for (std::size_t i = 0; i < state.results.size(); ++i)
        if (state.results[i].ready()) state.add(i);
    if (k < state.order.size()) break;
    if (late) return std::nullopt;
    if (stoppable.must_end()) {
      lock.unlock();
      stoppable.check([] { return std::string("one of several results"); });
      return std::nullopt;
    }
    looks = state.changed.wait_until(lock, deadline ? std::min(*deadline, now + kLook) : now + kLook) ==
            std::cv_status::timeout;
  }
  return state.order[k];
}

std::vector<bool> wait_for(const std::vector<AsyncTasks>& results, WaitFor what, std::optional<Seconds> timeout) {
  const auto deadline = deadline_of(timeout);
  const auto left = [&]() -> std::optional<Seconds> {
    if (!deadline) return std::nullopt;
    return std::max(Seconds(*deadline - std::chrono::steady_clock::now()), Seconds(0));
  };
  if (what == WaitFor::all) {
    for (const AsyncTasks& one : results)
      if (!one.wait(left())) break;
  } else {
    const ReadyOrder order(results);
    for (std::size_t k = 0; k < results.size(); ++k) {
      const std::optional<std::size_t> ready = order.kth(k, left());
      if (!ready || what == WaitFor::first_completed || !results[*ready].successful()) break;
    }
  }
  std::vector<bool> ready;
  for (const AsyncTasks& one : results) ready.push_back(one.ready());
  return ready;
}

}  // namespace enginery::detail
