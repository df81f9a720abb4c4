// core/cluster/pid.cpp: the only place that calls kill(), which tests/rooms/check.sh sees to.
#include "core/cluster/pid.hpp"

#include <signal.h>
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

}  // namespace enginery::cluster
