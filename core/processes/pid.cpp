// core/processes/pid.cpp: processes by their ids: what the kernel says of them, and the signals they get.
//
// This is the only place that calls kill(), which tests/rooms/check.sh sees to.
#include "core/processes/pid.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include <enginery/connection.hpp>
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
  // A bare copy of this process, which makes no call of NNG's. It ends without a signal, so a wait() for all children
  // does not wait for it. It stays in the group, so that the group's number cannot become another's.
  if (::syscall(SYS_clone, 0, nullptr, nullptr, nullptr, nullptr) == 0) {
    while (::poll(&ended, 1, -1) < 0 && errno == EINTR) {}
    ::kill(0, SIGKILL);
    ::_exit(0);
  }
  ::close(ended.fd);
}

/// PF_EXITING of the kernel's flags word.
constexpr std::uint64_t kExiting = 0x4;

std::optional<ProcessStat> read_process_stat(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  std::getline(file, stat, '\0');
  // The second field is the program's name in parentheses, which may hold anything, also spaces and parentheses.
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(stat.substr(name_end + 1));
  ProcessStat result;
  fields >> result.state;
  std::string field;
  constexpr int kState = 3, kFlags = 9, kStart = 22;
  for (int i = kState + 1; i <= kStart && fields >> field; ++i) {
    if (i == kFlags) result.exiting = (std::stoull(field) & kExiting) != 0;
    if (i == kStart) result.start = std::stoull(field);
  }
  return result;
}

}  // namespace enginery::cluster

namespace enginery {

static bool has_ended(const cluster::ProcessStat& stat) { return stat.state == 'Z' || stat.state == 'X'; }

ProcessId ProcessId::self() { return of(::getpid()).value_or(ProcessId{::getpid(), 0}); }

std::optional<ProcessId> ProcessId::of(int pid) {
  const auto stat = pid > 0 ? cluster::read_process_stat(pid) : std::nullopt;
  if (!stat || has_ended(*stat)) return std::nullopt;
  return ProcessId{pid, stat->start};
}

bool ProcessId::alive() const {
  if (pid <= 0) return false;
  if (const auto stat = cluster::read_process_stat(pid)) return stat->start == start && !has_ended(*stat);
  // Without a descriptor its start time cannot be read. It is gone only if the kernel says so.
  return cluster::send_signal(pid, 0) || errno == EPERM;
}

std::chrono::milliseconds ProcessId::age() const {
  timespec up{};
  ::clock_gettime(CLOCK_BOOTTIME, &up);
  const std::chrono::duration<double> age(static_cast<double>(up.tv_sec) + static_cast<double>(up.tv_nsec) * 1e-9 -
                                          static_cast<double>(start) / static_cast<double>(::sysconf(_SC_CLK_TCK)));
  return std::chrono::duration_cast<std::chrono::milliseconds>(age);
}

}  // namespace enginery
