// tools/restart_command.cpp: `enginery restart` and `enginery kill`.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/client.hpp>

#include "tools/command.hpp"

namespace enginery::tools {
namespace {

struct Restart {
  std::string name;
  int id = 0;
  double timeout = 60;
};

Command add(CommandLine& line, const std::shared_ptr<Restart>& given, const char* name, const char* what) {
  Command command = line.command(name, what);
  add_id(command, given->id);
  add_name(command, given->name);
  add_timeout(command, given->timeout, "Seconds until it must be back (default: 60)");
  return command;
}

}  // namespace

void restart_command(CommandLine& line) {
  const auto given = std::make_shared<Restart>();
  const auto keep = std::make_shared<bool>(false);
  Command command = add(line, given, "restart", "End an engine, start it anew with its id, and wait until it is back");
  command.flag("--keep", *keep, "Keep its variables, as far as they can travel");
  command.footer(
      "  enginery restart 3            an engine that hangs, died, or holds too much\n"
      "  enginery restart 3 --name b   of the cluster \"b\"\n"
      "  enginery restart 3 --keep     an engine whose code is to be replaced\n"
      "What it had in its namespace is gone without --keep, and tasks that it had not finished fail as EngineDied. "
      "Plugins that "
      "it had imported are imported again.\n");
  command.does([given, keep] {
    const Client rc({.name = given->name, .timeout = hub_timeout(given->timeout)});
    const std::vector<std::string> lost = rc.restart(given->id, {.timeout = Seconds(given->timeout), .keep = *keep});
    fmt::print("enginery: engine {} is back{}\n", given->id,
               lost.empty() ? "" : fmt::format(", without these, which cannot travel: {}", fmt::join(lost, ", ")));
    return 0;
  });
}

void kill_command(CommandLine& line) {
  const auto given = std::make_shared<Restart>();
  Command command = add(line, given, "kill", "Kill an engine at once, and start it anew");
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
