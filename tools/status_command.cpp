// tools/status_command.cpp: `enginery status`.
#include <memory>

#include <fmt/format.h>

#include "tools/command.hpp"
#include "tools/status.hpp"

namespace enginery::tools {

Command status_command(CLI::App& root) {
  struct Given {
    std::string name;
    bool json = false;
    double timeout = 5;
  };
  const auto given = std::make_shared<Given>();
  CLI::App* app = root.add_subcommand("status", "Show the engines of a cluster, and what they do");
  add_name(app, given->name);
  add_json(app, given->json, "one JSON object");
  add_timeout(app, given->timeout, "Seconds the hub has to answer (default: 5)");
  set_footer(app,
             "  enginery status\n"
             "  enginery status --name b --json | jq '.engines[].state'\n");
  return {app, [given] {
            const ClusterStatus status = query_status(Connection::find(given->name), milliseconds(given->timeout));
            fmt::print("{}", given->json ? status_json(status)
                                         : status_table(status, std::chrono::system_clock::now(), wants_colours()));
            return 0;
          }};
}

}  // namespace enginery::tools
