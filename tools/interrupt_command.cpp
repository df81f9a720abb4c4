// tools/interrupt_command.cpp: `enginery interrupt`.
#include <memory>

#include <fmt/format.h>

#include <enginery/client.hpp>

#include "tools/command.hpp"

namespace enginery::tools {

void interrupt_command(CommandLine& line) {
  struct Given {
    int id = 0;
    std::string name;
    double timeout = 5;
  };
  const auto given = std::make_shared<Given>();
  Command command = line.command("interrupt", "Ask the task that an engine runs, whoever's it is, to stop");
  add_id(command, given->id);
  add_name(command, given->name);
  add_timeout(command, given->timeout, "Seconds the engine has to answer (default: 5)");
  command.footer(
      "  enginery interrupt 0             a task that looks at stop_requested() returns\n"
      "  enginery interrupt 3 --name b    in the cluster \"b\"\n");
  command.does([given] {
    const Client client(ClientOptions{.name = given->name, .timeout = hub_timeout(given->timeout)});
    const bool asked = client.interrupt(given->id, Seconds(given->timeout));
    fmt::print("engine {} {}\n", given->id, asked ? "was asked to stop its task" : "runs no task");
    return 0;
  });
}

}  // namespace enginery::tools
