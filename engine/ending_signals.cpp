// engine/ending_signals.cpp: the signals that end an engine which joined by itself.
#include "engine/ending_signals.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace enginery::engine {
namespace {

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
