// core/processes/process_stat.hpp: what the kernel says about a process of this host.
#pragma once

#include <cstdint>
#include <optional>

#include <enginery/export.hpp>

namespace enginery::cluster {

/// Some fields of /proc/PID/stat.
struct ProcessStat {
  /// 'R', 'S', …; 'Z' for a zombie.
  char state = '?';
  /// True from the moment the kernel began to take the process down, before it closes its descriptors.
  bool exiting = false;
  /// Clock ticks after boot.
  std::uint64_t start = 0;
};

/// Nothing if there is no such process, or it cannot be looked at: no descriptor is left.
ENGINERY_API std::optional<ProcessStat> read_process_stat(int pid);

}  // namespace enginery::cluster
