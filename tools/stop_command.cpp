// tools/stop_command.cpp: `enginery stop`.
#include <memory>

#include "tools/command.hpp"
#include "tools/stop.hpp"

namespace enginery::tools {

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
