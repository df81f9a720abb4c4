// core/processes/pid.cpp: the only place that calls kill(), which tests/rooms/check.sh sees to.
#include "core/processes/pid.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include <fmt/format.h>

#include <enginery/errors.hpp>

namespace enginery::cluster {

Pid::Pid(std::int64_t pid) : pid_(static_cast<int>(pid)) {
  if (pid <= 0 || pid > std::numeric_limits<int>::max())
    throw ValueError(
        fmt::format("{} is no process's id, so no signal goes there. Was the process started, and its id kept?", pid));
}

bool send_signal(Pid process, int signal) noexcept { return ::kill(process.number(), signal) == 0; }

bool signal_group(Pid leader, int signal) noexcept {
  if (leader.number() == 1) {
    errno = EPERM;
    return false;
  }
  return ::kill(-leader.number(), signal) == 0;
}

void kill_own_group() noexcept {
  if (::getpgrp() == ::getpid()) ::kill(0, SIGKILL);
}

int pidfd_open(pid_t pid) noexcept { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

int pidfd_send_signal(int pidfd, int signal) noexcept {
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

void kill_own_group_after_this() noexcept {
  const pid_t leader = ::getpid();
  if (::getpgrp() != leader || leader == 1) return;
  pollfd ended{pidfd_open(leader), POLLIN, 0};
  if (ended.fd < 0) return;
  // A bare copy of this process, which makes no call of NNG's. Whoever waits for all children does not wait for it,
  // since it ends without a signal. It stays in the group, so that the group's number cannot become another's.
  if (::syscall(SYS_clone, 0, nullptr, nullptr, nullptr, nullptr) == 0) {
    while (::poll(&ended, 1, -1) < 0 && errno == EINTR) {}
    ::kill(0, SIGKILL);
    ::_exit(0);
  }
  ::close(ended.fd);
}

}  // namespace enginery::cluster
