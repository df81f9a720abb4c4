// tools/child_commands.cpp: `enginery engine`, `hub` and `probe`: the processes that others start.
#include <limits>
#include <memory>

#include <enginery/connection.hpp>

#include "core/modules/probe.hpp"
#include "engine/engine_main.hpp"
#include "hub/hub_main.hpp"
#include "tools/command.hpp"

namespace enginery::tools {

void engine_command(CommandLine& line) {
  const auto options = std::make_shared<engine::EngineOptions>();
  const auto name = std::make_shared<std::string>();
  const auto without_hub = std::make_shared<double>(60);
  Command command = line.command("engine", "Run one engine that joins a cluster (`enginery start` does it for you)");
  add_name(command, *name);
  command.option("--connection", &options->connection_file,
                 {.what = "The cluster's connection file", .value = "FILE", .excludes = "--name"});
  command.option("--id", &options->id,
                 {.what = "The id it asks for (default: the hub chooses)",
                  .value = "K",
                  .check = whole_number_from(0, std::numeric_limits<int>::max())});
  command.option("--listen", &options->listen,
                 {.what = "In a cluster of other hosts too: the address of this one at which they reach it (default: "
                          "the one by which it reaches the hub)",
                  .value = "HOST[:PORT]"});
  add_load(command, options->load, "Plugins to import at start");
  add_memory_limit(command, options->memory_limit);
  add_log_level(command);
  command.option(
      "--without-hub", without_hub.get(),
      {.what = "Seconds for which it goes on when it hears nothing from the hub of another host (default: 60)",
       .value = "SECONDS",
       .check = number_from(0.1, 1e6)});
  command.option("--fd", &options->launcher_fd, {.hidden = true});
  command.footer("  enginery engine --name b    one more engine of the cluster \"b\"; it ends with it, or by Ctrl-C\n",
                 kExitCodesOfServers);
  command.does([options, name, without_hub] {
    options->without_hub = milliseconds(*without_hub);
    if (options->connection_file.empty()) options->connection_file = Connection::find_file(*name);
    return engine::engine_main(*options);
  });
}

void hub_command(CommandLine& line) {
  const auto options = std::make_shared<hub::HubOptions>();
  Command command = line.command("hub", "Run the hub of a cluster (`enginery start` does it for you)");
  command.option("--cluster", &options->cluster, {.what = "The cluster's name", .value = "NAME", .required = true});
  command.option("--listen", &options->listen, {.what = "Listen for other hosts, too", .value = "HOST[:PORT]"});
  command.option("--insecure", &options->insecure, {.what = "With --listen: no TLS, and anybody may join"});
  command.option("--directory", &options->directory,
                 {.what = "The runtime folder, for its sockets", .value = "FOLDER", .required = true});
  add_log_level(command);
  command.option("--fd", &options->launcher_fd, {.hidden = true});
  // Where a hub listened that died: the launcher has this one follow it.
  command.option("--requests", &options->requests, {.hidden = true});
  command.option("--notifications", &options->notifications, {.hidden = true});
  const auto dead_after = std::make_shared<double>(15);
  command.option("--dead-after", dead_after.get(),
                 {.what = "Seconds of silence after which an engine of another host is dead",
                  .value = "SECONDS",
                  .check = number_from(0.001, 1e6)});
  command.footer("  enginery hub --cluster b --directory /run/user/1000/enginery/b    what `enginery start` runs\n",
                 kExitCodesOfServers);
  command.does([options, dead_after] {
    options->dead_after = milliseconds(*dead_after);
    return hub::hub_main(*options);
  });
}

void probe_command(CommandLine& line) {
  const auto files = std::make_shared<std::vector<std::string>>();
  Command command = line.command("probe", "Open a plugin, after others, and leave", true);
  command.option("files", files.get(), {.required = true});
  command.does([files] { return probe_main(*files); });
}

}  // namespace enginery::tools
