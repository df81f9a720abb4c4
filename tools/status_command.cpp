// tools/status_command.cpp: `enginery status`.
#include <memory>

#include <fmt/format.h>

#include "tools/command.hpp"
#include "tools/status_text.hpp"

namespace enginery::tools {

void status_command(CommandLine& line) {
  struct Given {
    std::string name;
    bool json = false;
    double timeout = 5;
  };
  const auto given = std::make_shared<Given>();
  Command command = line.command("status", "Show the engines of a cluster, and what they do");
  add_name(command, given->name);
  add_json(command, given->json, "one JSON object");
  add_timeout(command, given->timeout, "Seconds the hub has to answer (default: 5)");
  command.footer(
      "  enginery status\n"
      "  enginery status --name b --json | jq '.engines[].state'\n");
  command.does([given] {
    const ClusterStatus status = query_status(Connection::find(given->name), milliseconds(given->timeout));
    fmt::print("{}", given->json ? status_json(status) : status_table(status, wants_colours()));
    return 0;
  });
}

}  // namespace enginery::tools
