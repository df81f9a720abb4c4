// core/processes/process_stat.cpp: /proc/PID/stat, read.
#include "core/processes/process_stat.hpp"

#include <fstream>
#include <sstream>
#include <string>

namespace enginery::cluster {

/// PF_EXITING of the kernel's flags word.
constexpr std::uint64_t kExiting = 0x4;

std::optional<ProcessStat> read_process_stat(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::stringstream text;
  text << file.rdbuf();
  // The second field is the program's name in parentheses, which may hold anything, also spaces and parentheses.
  const std::string stat = text.str();
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
