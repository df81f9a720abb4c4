// engine/ending.cpp: the end of an engine that nobody killed, and the signals that ask for it.
//
// The thread that begins it never runs anything of the user's: it asks, waits, and ends the process when the time is
// over. The main thread, which owns the user's objects, leaves by exit() and never returns to where NNG's sockets would
// be closed, which can hang; NNG's threads go on until the process is gone, and what they touch lives on main's stack
// or is never destroyed.
#include "engine/ending.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
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

std::atomic<int> ending_fd{-1};
std::atomic<pid_t> ending_process{0};

void on_ending(int number) {
  const int error = errno;
  if (ending_process == ::getpid()) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(ending_fd, &one, sizeof one);
  } else {  // a forked child; it gets the signal again when this returns
    ::signal(number, SIG_DFL);
    ::raise(number);
  }
  errno = error;
}

void on_ignored(int) {}

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

EndingSignals::EndingSignals() : came_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  ending_fd = came_.get();
  ending_process = ::getpid();
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
    struct sigaction action {};
    const bool ignored = ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
    // nohup is meant for what an engine starts, too; the background of a shell is not, but only ignoring is inherited.
    if (ignored ? number == SIGHUP : number == SIGQUIT) continue;
    action.sa_handler = ignored ? &on_ignored : &on_ending;
    action.sa_flags = SA_RESTART;
    ::sigaction(number, &action, nullptr);
  }
}

void EndingSignals::wait_for_second() const {
  for (std::uint64_t all = 0; all < 2;) {
    pollfd came{fd(), POLLIN, 0};
    std::uint64_t some = 0;
    if (::poll(&came, 1, -1) == 1 && ::read(fd(), &some, sizeof some) == sizeof some) all += some;
  }
}

}  // namespace enginery::engine
