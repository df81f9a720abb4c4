// tools/restart_command.cpp: `enginery restart`.
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/client.hpp>

#include "tools/command.hpp"

namespace enginery::tools {

void restart_command(CommandLine& line) {
  struct Given {
    std::string name;
    int id = 0;
    double timeout = 60;
    bool keep = false;
  };
  const auto given = std::make_shared<Given>();
  Command command = line.command("restart", "End an engine, start it anew with its id, and wait until it is back");
  add_id(command, given->id);
  add_name(command, given->name);
  add_timeout(command, given->timeout, "Seconds until it must be back (default: 60)");
  command.flag("--keep", given->keep, "Keep its variables, as far as they can travel");
  command.footer(
      "  enginery restart 3            an engine that hangs, died, or holds too much\n"
      "  enginery restart 3 --name b   of the cluster \"b\"\n"
      "  enginery restart 3 --keep     an engine whose code is to be replaced\n"
      "What it had in its namespace is gone without --keep, and tasks that it had not finished fail as EngineDied. "
      "Plugins that it had imported are imported again.\n");
  command.does([given] {
    const Client rc({.name = given->name, .timeout = hub_timeout(given->timeout)});
    const std::vector<std::string> lost =
        rc.restart(given->id, {.timeout = Seconds(given->timeout), .keep = given->keep});
    fmt::print("enginery: engine {} is back{}\n", given->id,
               lost.empty() ? "" : fmt::format(", without these, which cannot travel: {}", fmt::join(lost, ", ")));
    return 0;
  });
}

}  // namespace enginery::tools
