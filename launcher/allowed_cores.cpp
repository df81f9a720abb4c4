// launcher/allowed_cores.cpp: how many cores this process may use.
//
// Slurm, taskset and cpusets of containers set the affinity. `docker run --cpus`, Kubernetes and systemd's CPUQuota=
// set a quota of time in the control group. The quotas of the groups around ours count, too, as far as they can be
// seen. In a container the path of our group may be the host's, of which only a part is mounted.
#include "launcher/launcher.hpp"

#include <sched.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace enginery::tools {
namespace {

namespace fs = std::filesystem;

/// A hierarchy of control groups that limits processors.
struct Hierarchy {
  fs::path mounted_at, mounted_part;
  bool unified;
};

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

bool names_cpu(const std::string& list) { return std::ranges::count(split(list, ','), "cpu") > 0; }

int affinity() {
  constexpr int kMostCores = 1 << 16;  // the kernel refuses a set that is smaller than its own
  const auto free = [](cpu_set_t* set) { CPU_FREE(set); };
  const std::unique_ptr<cpu_set_t, decltype(free)> set(CPU_ALLOC(kMostCores), free);
  const std::size_t size = CPU_ALLOC_SIZE(kMostCores);
  if (set && ::sched_getaffinity(0, size, set.get()) == 0) return CPU_COUNT_S(size, set.get());
  return static_cast<int>(std::thread::hardware_concurrency());
}

/// Lines such as "33 24 0:29 /part /at rw,relatime - cgroup2 source rw"; after the dash the type and its options.
std::vector<Hierarchy> hierarchies(const fs::path& root) {
  std::vector<Hierarchy> found;
  std::ifstream file(root / "proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const auto dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    const std::vector<std::string> mount = split(line.substr(0, dash), ' '), what = split(line.substr(dash + 3), ' ');
    if (mount.size() < 5 || what.size() < 3) continue;
    const bool unified = what[0] == "cgroup2";
    if (unified || (what[0] == "cgroup" && names_cpu(what[2]))) found.push_back({mount[4], mount[3], unified});
  }
  return found;
}

/// The group that this process is in: of "0::/group", or of "4:cpu,cpuacct:/group".
std::optional<fs::path> own_group(const fs::path& root, bool unified) {
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (unified ? controllers.empty() : names_cpu(controllers)) return line.substr(second + 1);
  }
  return std::nullopt;
}

/// Cores that the group in `folder` may use at once; nothing if it has no limit.
std::optional<double> quota(const fs::path& folder, bool unified) {
  double time = 0, period = 0;
  if (unified) {
    std::ifstream(folder / "cpu.max") >> time >> period;  // "max 100000" is no number
  } else {
    std::ifstream(folder / "cpu.cfs_quota_us") >> time;  // -1: none
    std::ifstream(folder / "cpu.cfs_period_us") >> period;
  }
  return time > 0 && period > 0 ? std::optional(time / period) : std::nullopt;
}

}  // namespace

int allowed_cores(const fs::path& root) {
  double cores = affinity();
  for (const Hierarchy& hierarchy : hierarchies(root)) {
    const auto group = own_group(root, hierarchy.unified);
    if (!group) continue;
    fs::path below = group->lexically_relative(hierarchy.mounted_part);
    if (below.empty() || *below.begin() == "..") below = ".";
    const fs::path top = root / hierarchy.mounted_at.relative_path();
    for (fs::path folder = (top / below).lexically_normal();; folder = folder.parent_path()) {
      if (const auto limit = quota(folder, hierarchy.unified)) cores = std::min(cores, *limit);
      if (folder.string().size() <= top.string().size()) break;
    }
  }
  return std::max(1, static_cast<int>(cores));
}

}  // namespace enginery::tools
