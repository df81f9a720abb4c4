// core/cluster/process_id.cpp: processes told apart by their start time.
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

}  // namespace enginery
