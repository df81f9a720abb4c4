// tools/stop_command.cpp: `enginery stop`.
#include <memory>

#include "tools/command.hpp"
#include "tools/stop.hpp"

namespace enginery::tools {

Command stop_command(CLI::App& root) {
  struct Given {
    std::string name;
    bool all = false;
  };
  const auto given = std::make_shared<Given>();
  CLI::App* app = root.add_subcommand("stop", "End a cluster of this host, and wait until it is gone");
  add_name(app, given->name);
  app->add_flag("--all", given->all, "End every cluster of this user")->excludes("--name");
  set_footer(app,
             "  enginery stop            the cluster \"default\"\n"
             "  enginery stop --name b   the cluster \"b\"\n"
             "  enginery stop --all      all of them\n");
  return {app, [given] {
            given->all ? stop_all_clusters() : stop_cluster(given->name);
            return 0;
          }};
}

}  // namespace enginery::tools
