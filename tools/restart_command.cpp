// tools/restart_command.cpp: `enginery restart` and `enginery kill`.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <enginery/client.hpp>

#include "tools/command.hpp"

namespace enginery::tools {
namespace {

struct Given {
  std::string name;
  int id = 0;
  double timeout = 60;
};

CLI::App* add(CLI::App& root, const std::shared_ptr<Given>& given, const char* command, const char* what) {
  CLI::App* app = root.add_subcommand(command, what);
  add_id(app, given->id);
  add_name(app, given->name);
  add_timeout(app, given->timeout, "Seconds until it must be back (default: 60)");
  return app;
}

}  // namespace

Command restart_command(CLI::App& root) {
  const auto given = std::make_shared<Given>();
  CLI::App* app = add(root, given, "restart", "End an engine, start it anew with its id, and wait until it is back");
  set_footer(
      app,
      "  enginery restart 3            an engine that hangs, died, or holds too much\n"
      "  enginery restart 3 --name b   of the cluster \"b\"\n"
      "What it had in its namespace is gone, and tasks that it had not finished fail as EngineDied. Plugins that "
      "it had imported are imported again.\n");
  return {app, [given] {
            Client({.name = given->name, .timeout = hub_timeout(given->timeout)})
                .restart(given->id, Seconds(given->timeout));
            fmt::print("enginery: engine {} is back\n", given->id);
            return 0;
          }};
}

Command kill_command(CLI::App& root) {
  const auto given = std::make_shared<Given>();
  CLI::App* app = add(root, given, "kill", "Kill an engine at once, and start it anew");
  set_footer(app,
             "  enginery kill 3   as `enginery restart 3`, but with SIGKILL\n"
             "An engine that joined by itself (`enginery engine`) is not started anew.\n");
  return {app, [given] {
            const Client rc({.name = given->name, .timeout = hub_timeout(given->timeout)});
            rc.kill(given->id, Seconds(given->timeout));
            const std::vector<int> ids = rc.ids();
            const bool back = std::find(ids.begin(), ids.end(), given->id) != ids.end();
            fmt::print("enginery: engine {} was killed{}\n", given->id, back ? ", and is back" : "");
            return 0;
          }};
}

}  // namespace enginery::tools
