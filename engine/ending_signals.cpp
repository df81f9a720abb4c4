// engine/ending_signals.cpp: the signals that end an engine which joined by itself.
#include "engine/ending_signals.hpp"

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

}  // namespace

EndingSignals::EndingSignals() : came_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  ending_fd = came_.get();
  ending_process = ::getpid();
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    struct sigaction action {};
    if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;
    action.sa_handler = &on_ending;
    action.sa_flags = SA_RESTART;
    ::sigaction(number, &action, nullptr);
  }
}

}  // namespace enginery::engine
