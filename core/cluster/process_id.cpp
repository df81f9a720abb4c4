// core/cluster/process_id.cpp: processes told apart by their start time.
#include <time.h>
#include <unistd.h>

#include <enginery/connection.hpp>

#include "core/cluster/process_stat.hpp"

namespace enginery {

ProcessId ProcessId::self() { return of(::getpid()).value_or(ProcessId{::getpid(), 0}); }

std::optional<ProcessId> ProcessId::of(int pid) {
  const auto stat = pid > 0 ? cluster::read_process_stat(pid) : std::nullopt;
  if (!stat || stat->state == 'Z' || stat->state == 'X') return std::nullopt;
  return ProcessId{pid, stat->start};
}

bool ProcessId::alive() const { return of(pid) == *this; }

std::chrono::milliseconds ProcessId::age() const {
  timespec up{};
  ::clock_gettime(CLOCK_BOOTTIME, &up);
  const std::chrono::duration<double> age(static_cast<double>(up.tv_sec) + static_cast<double>(up.tv_nsec) * 1e-9 -
                                          static_cast<double>(start) / static_cast<double>(::sysconf(_SC_CLK_TCK)));
  return std::chrono::duration_cast<std::chrono::milliseconds>(age);
}

}  // namespace enginery
