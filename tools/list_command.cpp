// tools/list_command.cpp: `enginery list`: all clusters of this user on this host.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/views/status.hpp"
#include "core/clusters/json.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "tools/command.hpp"
#include "tools/table.hpp"

namespace enginery::tools {
namespace {

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
  if (const std::string remark = cluster::runtime_base_remark(); !remark.empty())
    fmt::print(stderr, "enginery: {}\n", remark);
  const std::filesystem::path base = cluster::runtime_base();
  if (const std::string objection = cluster::look_into(base).objection; !objection.empty())
    throw cluster::not_safe(base, objection);
  for (const auto& entry : std::filesystem::directory_iterator(base, error))
    if (std::filesystem::exists(entry.path() / cluster::kLockFile, error) || cluster::is_held(entry.path()))
      clusters.push_back(look_at(entry.path(), timeout));
  std::sort(clusters.begin(), clusters.end(),
            [](const SeenCluster& a, const SeenCluster& b) { return a.name < b.name; });
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

}  // namespace

void list_command(CommandLine& line) {
  struct Given {
    bool json = false;
    double timeout = 2;
  };
  const auto given = std::make_shared<Given>();
  Command command = line.command("list", "Show all clusters of this user on this host");
  add_json(command, given->json,
           "{\"clusters\": [{\"name\", \"state\" (running, starting, silent, dead), \"engines\", \"pid\", \"since\", "
           "\"directory\"}]}, null where it is not known");
  add_timeout(command, given->timeout, "Seconds each hub has to answer (default: 2)");
  command.footer(
      "  enginery list\n"
      "  enginery list --json | jq -r '.clusters[].name'\n");
  command.does([given] {
    const std::vector<SeenCluster> clusters = look_at_all(milliseconds(given->timeout));
    fmt::print("{}", given->json ? list_json(clusters) : list_table(clusters, wants_colours()));
    return 0;
  });
}

}  // namespace enginery::tools
