// engine/ending.cpp: the end of an engine that nobody killed.
//
// The thread that begins it never runs anything of the user's: it asks, waits, and ends the process when the time is
// over. The main thread, which owns the user's objects, leaves by exit() and never returns to where NNG's sockets would
// be closed, which can hang; NNG's threads go on until the process is gone, and what they touch lives on main's stack
// or is never destroyed.
#include "engine/ending.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <system_error>
#include <thread>

#include <fmt/format.h>

namespace enginery::engine {
namespace {

[[noreturn]] void wait_for_others() {
  for (;;) ::pause();
}

/// The buffers of C's streams. A task that reads from one holds its lock, so nobody waits for long.
void flush_streams() {
  const auto flushed = std::make_shared<std::promise<void>>();
  try {
    std::thread([flushed] {
      std::fflush(nullptr);
      flushed->set_value();
    }).detach();
    flushed->get_future().wait_for(std::chrono::milliseconds(500));
  } catch (const std::system_error&) {
    // No more threads: what C's streams hold is lost.
  }
}

double seconds(std::chrono::milliseconds time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

bool Ending::begun() const {
  const std::lock_guard lock(mutex_);
  return state_ != State::busy;
}

void Ending::hurry(int status) const {
  flush_streams();
  steps_.last();
  ::_exit(status);
}

void Ending::begin(int status) {
  const auto start = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  if (state_ != State::busy) {
    lock.unlock();
    wait_for_others();
  }
  state_ = State::asked;
  status_ = status;
  lock.unlock();
  steps_.stop();
  lock.lock();
  changed_.wait_until(lock, start + limits_.task, [this] { return state_ != State::asked; });
  if (state_ == State::asked) {
    state_ = State::over;
    lock.unlock();
    steps_.lost(fmt::format(
        "the main thread, which runs tasks and at the start imports plugins, was still busy {:g} s after it "
        "was asked to stop, so this engine ends without the destructors of its variables and without exit "
        "handlers: what those would have written to files is lost. Let long tasks look at stop_requested()",
        seconds(limits_.task)));
    hurry(status);
  }
  changed_.wait_until(lock, start + limits_.all, [] { return false; });  // exit() ends this wait
  lock.unlock();
  steps_.lost(
      fmt::format("the destructors of its variables and the exit handlers took longer than {:g} s, so this engine ends "
                  "before they do: what was still to be written to files is lost",
                  seconds(limits_.all)));
  hurry(status);
}

void Ending::finish(const std::function<void()>& clear) {
  std::unique_lock lock(mutex_);
  const bool in_time = state_ == State::asked;
  if (in_time) state_ = State::clearing;
  lock.unlock();
  if (!in_time) wait_for_others();
  changed_.notify_all();
  clear();
  std::exit(status_);
}

}  // namespace enginery::engine
