// tools/stop.cpp: SIGTERM to the launcher, and to nobody else.
#include "tools/stop.hpp"

#include <poll.h>

#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>

#include "core/clusters/runtime_directory.hpp"
#include "core/processes/descriptor.hpp"
#include "core/processes/pidfd.hpp"

namespace enginery::tools {

/// The launcher gives its children seven seconds.
constexpr int kPatience = 15'000;

void stop_cluster(const std::string& name) {
  const std::string cluster = cluster::cluster_name(name);
  const std::filesystem::path directory = cluster::runtime_path(cluster);
  cluster::check_trusted(directory);
  const auto launcher = cluster::holder(directory);
  // The pidfd holds on to one process; only if that is the launcher is it signalled.
  const cluster::Descriptor process(launcher ? cluster::pidfd_open(launcher->pid) : -1);
  if (!process || !launcher->alive()) {
    if (!launcher && cluster::is_held(directory)) Connection::find_file(cluster);
    if (!std::filesystem::exists(std::filesystem::symlink_status(directory / cluster::kConnectionFile))) {
      cluster::remove_runtime_directory(directory);
      throw ConnectionError(
          fmt::format("there is no cluster '{}' to stop. {}", cluster, cluster::running_clusters_text()));
    }
    try {
      Connection::find(cluster);
    } catch (const ConnectionError&) {
      cluster::remove_runtime_directory(directory);
      throw;
    }
    throw ConnectionError(fmt::format("cluster '{}' has just ended", cluster));
  }
  cluster::pidfd_send_signal(process.get(), SIGTERM);
  pollfd ended{process.get(), POLLIN, 0};
  if (::poll(&ended, 1, kPatience) != 1)
    throw ConnectionError(
        fmt::format("cluster '{}' did not end within {} s. `kill -9 {}` ends its launcher, and hub and "
                    "engines with it",
                    cluster, kPatience / 1000, launcher->pid));
  fmt::print("enginery: cluster '{}' is stopped\n", cluster);
}

void stop_all_clusters() {
  cluster::check_trusted(cluster::runtime_path(cluster::cluster_name()));
  // Whoever lost the folder that they meant must know which clusters are ended instead.
  if (const std::string remark = cluster::runtime_base_remark(); !remark.empty())
    fmt::print(stderr, "enginery: {}\n", remark);
  const auto clusters = cluster::running_clusters();
  if (clusters.empty()) fmt::print(stderr, "enginery: there is no cluster to stop\n");
  for (const std::string& cluster : clusters) stop_cluster(cluster);
}

}  // namespace enginery::tools
