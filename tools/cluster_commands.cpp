// tools/cluster_commands.cpp: `enginery list`, `status` and `stop`: the clusters of this user on this host.
//
// They look at a cluster from outside, by the lock on its folder and by asking its hub. So the launcher may be dead,
// and the hub starting, stopped or dead: each of these is a state to show, not an error.
#include <poll.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>

#include "client/views/status.hpp"
#include "core/clusters/json.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "core/processes/descriptor.hpp"
#include "core/processes/pid.hpp"
#include "tools/command.hpp"
#include "tools/status_text.hpp"
#include "tools/table.hpp"

namespace enginery::tools {
namespace {

/// What the options of these commands say.
struct WhichCluster {
  std::string name{};
  bool json = false, all = false;
  double timeout = 0;
};

using Time = std::chrono::system_clock::time_point;

/// What can be known of a cluster from outside.
struct SeenCluster {
  std::string name;
  /// "running"; "starting" (or stopping: it has no connection file); "silent": its hub does not answer; "dead": a
  /// folder without a launcher.
  std::string state;
  std::optional<std::size_t> engines;
  /// Of its launcher.
  std::optional<int> pid;
  std::optional<Time> since;
  std::filesystem::path directory;
};

/// If the runtime folder is not the one that was meant, the user must know which clusters these are.
void print_remark() {
  if (const std::string remark = cluster::runtime_base_remark(); !remark.empty())
    fmt::print(stderr, "enginery: {}\n", remark);
}

SeenCluster look_at(const std::filesystem::path& directory, std::chrono::milliseconds timeout) {
  SeenCluster seen{directory.filename(), "dead", {}, {}, {}, directory};
  const auto launcher = cluster::holder(directory);
  if (!launcher && cluster::is_held(directory)) seen.state = "starting";
  if (!launcher) return seen;
  seen.pid = launcher->pid;
  seen.since = std::chrono::system_clock::now() - launcher->age();
  seen.state = "starting";
  std::optional<Connection> connection;
  try {
    connection = Connection::find(seen.name);
  } catch (const ConnectionError&) {
    return seen;
  }
  try {
    seen.engines = query_hub(*connection, timeout).engines_there();
    seen.state = "running";
  } catch (const Error&) {
    seen.state = "silent";
  }
  return seen;
}

std::vector<SeenCluster> look_at_all(std::chrono::milliseconds timeout) {
  std::vector<SeenCluster> clusters;
  std::error_code error;
  print_remark();
  const std::filesystem::path base = cluster::runtime_base();
  if (const std::string objection = cluster::look_into(base).objection; !objection.empty())
    throw cluster::not_safe(base, objection);
  for (const auto& entry : std::filesystem::directory_iterator(base, error))
    if (std::filesystem::exists(entry.path() / cluster::kLockFile, error) || cluster::is_held(entry.path()))
      clusters.push_back(look_at(entry.path(), timeout));
  std::ranges::sort(clusters, {}, &SeenCluster::name);
  return clusters;
}

const char* colour_of_cluster(const std::string& state) {
  if (state == "running") return kGreen;
  return state == "starting" ? kYellow : kRed;
}

std::string list_table(const std::vector<SeenCluster>& clusters, bool colours) {
  if (clusters.empty()) return "no cluster runs; `enginery start` starts one\n";
  Table table({{"name"}, {"state"}, {"engines", Align::right}, {"pid", Align::right}, {"since"}, {"directory"}});
  std::string dead;
  for (const SeenCluster& cluster : clusters) {
    table.add({{cluster.name},
               {cluster.state, colour_of_cluster(cluster.state)},
               {cluster.engines ? std::to_string(*cluster.engines) : "-"},
               {cluster.pid ? std::to_string(*cluster.pid) : "-"},
               {cluster.since ? utc_text(*cluster.since) : "-"},
               {cluster.directory.string()}});
    if (cluster.state == "dead") dead = cluster.name;
  }
  if (!dead.empty())
    dead = fmt::format("dead: the launcher was killed; `enginery stop{}` removes what it left\n",
                       cluster::name_option(dead));
  return table.text(colours) + dead;
}

std::string list_json(const std::vector<SeenCluster>& clusters) {
  using nlohmann::json;
  json all = json::array();
  for (const SeenCluster& cluster : clusters)
    all.push_back({{"name", cluster.name},
                   {"state", cluster.state},
                   {"engines", cluster.engines ? json(*cluster.engines) : json()},
                   {"pid", cluster.pid ? json(*cluster.pid) : json()},
                   {"since", cluster.since ? json(utc_text(*cluster.since)) : json()},
                   {"directory", cluster.directory.string()}});
  return cluster::json_text({{"clusters", all}}) + "\n";
}

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
        fmt::format("cluster '{}' did not end within {} s. `kill -9 {}` ends its launcher, and hub and engines with it",
                    cluster, kPatience / 1000, launcher->pid));
  fmt::print("enginery: cluster '{}' is stopped\n", cluster);
}

/// Ends all clusters of this user on this host, and says which. Throws as stop_cluster().
void stop_all_clusters() {
  cluster::check_trusted(cluster::runtime_path(cluster::cluster_name()));
  print_remark();
  const auto clusters = cluster::running_clusters();
  if (clusters.empty()) fmt::print(stderr, "enginery: there is no cluster to stop\n");
  for (const std::string& cluster : clusters) stop_cluster(cluster);
}

}  // namespace

void list_command(CommandLine& line) {
  const auto given = std::make_shared<WhichCluster>(WhichCluster{.timeout = 2});
  Command command = line.command("list", "Show all clusters of this user on this host");
  add_json(command, given->json,
           "{\"clusters\": [{\"name\", \"state\" (running, starting, silent, dead), \"engines\", \"pid\", \"since\", "
           "\"directory\"}]}, null where it is not known");
  add_timeout(command, &given->timeout, "Seconds each hub has to answer (default: 2)");
  command.footer(
      "  enginery list\n"
      "  enginery list --json | jq -r '.clusters[].name'\n");
  command.does([given] {
    const std::vector<SeenCluster> clusters = look_at_all(milliseconds(given->timeout));
    fmt::print("{}", given->json ? list_json(clusters) : list_table(clusters, wants_colours()));
    return 0;
  });
}

void status_command(CommandLine& line) {
  const auto given = std::make_shared<WhichCluster>(WhichCluster{.timeout = 5});
  Command command = line.command("status", "Show the engines of a cluster, and what they do");
  add_name(command, given->name);
  add_json(command, given->json, "one JSON object");
  add_timeout(command, &given->timeout, "Seconds the hub has to answer (default: 5)");
  command.footer(
      "  enginery status\n"
      "  enginery status --name b --json | jq '.engines[].state'\n");
  command.does([given] {
    const ClusterStatus status = query_status(Connection::find(given->name), milliseconds(given->timeout));
    fmt::print("{}", given->json ? status_json(status) : status_table(status, wants_colours()));
    return 0;
  });
}

void stop_command(CommandLine& line) {
  const auto given = std::make_shared<WhichCluster>();
  Command command = line.command("stop", "End a cluster of this host, and wait until it is gone");
  add_name(command, given->name);
  command.option("--all", &given->all, {.what = "End every cluster of this user", .excludes = "--name"});
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
