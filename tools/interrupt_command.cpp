// tools/interrupt_command.cpp: `enginery interrupt`.
#include <memory>

#include <fmt/format.h>

#include <enginery/client.hpp>

#include "tools/command.hpp"

namespace enginery::tools {

Command interrupt_command(CLI::App& root) {
  struct Given {
    int id = 0;
    std::string name;
    double timeout = 5;
  };
  const auto given = std::make_shared<Given>();
  CLI::App* app = root.add_subcommand("interrupt", "Ask the task that an engine runs, whoever's it is, to stop");
  add_id(app, given->id);
  add_name(app, given->name);
  add_timeout(app, given->timeout, "Seconds the engine has to answer (default: 5)");
  set_footer(app,
             "  enginery interrupt 0             a task that looks at stop_requested() returns\n"
             "  enginery interrupt 3 --name b    in the cluster \"b\"\n");
  return {app, [given] {
            const Client client(ClientOptions{.name = given->name, .timeout = hub_timeout(given->timeout)});
            const bool asked = client.interrupt(given->id, Seconds(given->timeout));
            fmt::print("engine {} {}\n", given->id, asked ? "was asked to stop its task" : "runs no task");
            return 0;
          }};
}

}  // namespace enginery::tools
