// tools/kill_command.cpp: `enginery kill`.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <enginery/client.hpp>

#include "tools/command.hpp"

namespace enginery::tools {

void kill_command(CommandLine& line) {
  struct Given {
    std::string name;
    int id = 0;
    double timeout = 60;
  };
  const auto given = std::make_shared<Given>();
  Command command = line.command("kill", "Kill an engine at once, and start it anew");
  add_id(command, given->id);
  add_name(command, given->name);
  add_timeout(command, given->timeout, "Seconds until it must be back (default: 60)");
  command.footer(
      "  enginery kill 3   as `enginery restart 3`, but with SIGKILL\n"
      "An engine that joined by itself (`enginery engine`) is not started anew.\n");
  command.does([given] {
    const Client rc({.name = given->name, .timeout = hub_timeout(given->timeout)});
    rc.kill(given->id, Seconds(given->timeout));
    const std::vector<int> ids = rc.ids();
    const bool back = std::find(ids.begin(), ids.end(), given->id) != ids.end();
    fmt::print("enginery: engine {} was killed{}\n", given->id, back ? ", and is back" : "");
    return 0;
  });
}

}  // namespace enginery::tools
