// tools/stop_command.cpp: `enginery stop`: SIGTERM to the launcher, and to nobody else.
#include <poll.h>

#include <csignal>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>

#include "core/clusters/runtime_directory.hpp"
#include "core/processes/descriptor.hpp"
#include "core/processes/pid.hpp"
#include "tools/command.hpp"

namespace enginery::tools {
namespace {

/// The launcher gives its children seven seconds.
constexpr int kPatience = 15'000;

/// Ends the cluster `name` ("" as in cluster_name()) and waits until its launcher is gone. Throws ConnectionError if
/// there is none, or it does not end.
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

/// Ends all clusters of this user on this host, and says which. Throws as stop_cluster().
void stop_all_clusters() {
  cluster::check_trusted(cluster::runtime_path(cluster::cluster_name()));
  // Whoever lost the folder that they meant must know which clusters are ended instead.
  if (const std::string remark = cluster::runtime_base_remark(); !remark.empty())
    fmt::print(stderr, "enginery: {}\n", remark);
  const auto clusters = cluster::running_clusters();
  if (clusters.empty()) fmt::print(stderr, "enginery: there is no cluster to stop\n");
  for (const std::string& cluster : clusters) stop_cluster(cluster);
}

}  // namespace

void stop_command(CommandLine& line) {
  struct Given {
    std::string name;
    bool all = false;
  };
  const auto given = std::make_shared<Given>();
  Command command = line.command("stop", "End a cluster of this host, and wait until it is gone");
  add_name(command, given->name);
  command.flag("--all", given->all, "End every cluster of this user").excludes("--name");
  command.footer(
      "  enginery stop            the cluster \"default\"\n"
      "  enginery stop --name b   the cluster \"b\"\n"
      "  enginery stop --all      all of them\n");
  command.does([given] {
    given->all ? stop_all_clusters() : stop_cluster(given->name);
    return 0;
  });
}

}  // namespace enginery::tools
