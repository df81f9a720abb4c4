// core/processes/process_id.cpp: processes told apart by their start time.
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include <enginery/connection.hpp>

#include "core/processes/pid.hpp"
#include "core/processes/process_stat.hpp"

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
  // Whoever has no descriptor left to look with does not learn its start time; gone it is only if the kernel says so.
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
