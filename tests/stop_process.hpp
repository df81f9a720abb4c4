// tests/stop_process.hpp: a process that stands still.
#pragma once

#include <sched.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/processes/pid.hpp"

namespace enginery {

/// Stops it by SIGSTOP, and returns when all its threads stand still: until then they go on answering. False if there
/// is no such process.
inline bool stop_process(int pid) {
  if (!cluster::send_signal(pid, SIGSTOP)) return false;
  const auto all_stand = [pid] {
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
      std::ifstream file(task.path() / "stat");
      std::string stat;
      std::getline(file, stat);
      const auto name_end = stat.rfind(')');
      if (name_end != std::string::npos && stat.compare(name_end, 3, ") T") != 0) return false;
    }
    return true;
  };
  while (!all_stand()) ::sched_yield();
  return true;
}

}  // namespace enginery
