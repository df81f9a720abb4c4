// core/tasks/stop.cpp: what the code of a task may ask while it runs: whether it is to stop, and that its signal
// handlers stay.
//
// Most tasks never look, and the others mostly ask stop_requested(): both cost a load. A stop_source is made when a
// task wants a token, and dropped when the next task begins.
#include <enginery/signals.hpp>
#include <enginery/stop.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace enginery {
namespace {

std::atomic<bool> requested_now{false};
std::atomic<bool> has_token{false};
// Never destroyed: threads use them until the process is gone.
auto& mutex = *new std::mutex;                        // of `source`; held when the two above are changed
auto& source = *new std::optional<std::stop_source>;  // of the task that runs, if it wanted a token

thread_local bool signals_are_to_stay = false;

}  // namespace

bool stop_requested() noexcept { return requested_now.load(std::memory_order_relaxed); }

std::stop_token stop_token() {
  const std::lock_guard lock(mutex);
  if (!source) {
    source.emplace();
    has_token.store(true, std::memory_order_relaxed);
    if (stop_requested()) source->request_stop();
  }
  return source->get_token();
}

void begin_stoppable_task() noexcept {
  if (!requested_now.load(std::memory_order_relaxed) && !has_token.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(mutex);
  requested_now.store(false, std::memory_order_relaxed);
  has_token.store(false, std::memory_order_relaxed);
  source.reset();
}

void request_stop() noexcept {
  std::unique_lock lock(mutex);
  requested_now.store(true, std::memory_order_relaxed);
  if (!source || source->stop_requested()) return;
  std::stop_source asked = *source;
  lock.unlock();
  // Callbacks are the task's code: a thread that serves others must not wait for them.
  try {
    std::thread([asked]() mutable { asked.request_stop(); }).detach();
  } catch (const std::system_error&) {
    // No more threads now: only stop_requested() says it.
  }
}

void keep_signal_handlers() noexcept { signals_are_to_stay = true; }
bool signal_handlers_are_kept() noexcept { return std::exchange(signals_are_to_stay, false); }

}  // namespace enginery
