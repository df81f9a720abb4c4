// tools/child_commands.cpp: `enginery engine`, `hub` and `probe`: the processes that others start.
#include <memory>

#include "core/cluster/runtime_directory.hpp"
#include "core/modules/probe.hpp"
#include "engine/engine_main.hpp"
#include "hub/hub_main.hpp"
#include "tools/command.hpp"

namespace enginery::tools {

Command engine_command(CLI::App& root) {
  const auto options = std::make_shared<engine::EngineOptions>();
  const auto name = std::make_shared<std::string>();
  const auto without_hub = std::make_shared<double>(60);
  CLI::App* app =
      root.add_subcommand("engine", "Run one engine that joins a cluster (`enginery start` does it for you)");
  add_name(app, *name);
  app->add_option("--connection", options->connection_file, "The cluster's connection file")
      ->excludes("--name")
      ->type_name("FILE");
  app->add_option("--id", options->id, "The id it asks for (default: the hub chooses)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("K");
  app->add_option(
         "--listen", options->listen,
         "In a cluster of other hosts too: the address of this one at which they reach it (default: the one by "
         "which it reaches the hub)")
      ->type_name("HOST[:PORT]");
  add_load(app, options->load, "Plugins to import at start");
  add_memory_limit(app, options->memory_limit);
  add_log_level(app);
  app->add_option("--without-hub", *without_hub,
                  "Seconds for which it goes on when it hears nothing from the hub of another host (default: 60)")
      ->check(number_from(0.1, 1e6))
      ->type_name("SECONDS");
  app->add_option("--fd", options->launcher_fd)->group("");
  set_footer(app, "  enginery engine --name b    one more engine of the cluster \"b\"; it ends with it, or by Ctrl-C\n",
             kExitCodesOfServers);
  return {app, [options, name, without_hub] {
            options->without_hub = milliseconds(*without_hub);
            if (options->connection_file.empty())
              options->connection_file = Connection::find(*name).directory / cluster::kConnectionFile;
            return engine::engine_main(*options);
          }};
}

Command hub_command(CLI::App& root) {
  const auto options = std::make_shared<hub::HubOptions>();
  CLI::App* app = root.add_subcommand("hub", "Run the hub of a cluster (`enginery start` does it for you)");
  app->add_option("--cluster", options->cluster, "The cluster's name")->required()->type_name("NAME");
  app->add_option("--listen", options->listen, "Listen for other hosts, too")->type_name("HOST[:PORT]");
  app->add_flag("--insecure", options->insecure, "With --listen: no TLS, and anybody may join");
  app->add_option("--directory", options->directory, "The runtime folder, for its sockets")
      ->required()
      ->type_name("FOLDER");
  add_log_level(app);
  app->add_option("--fd", options->launcher_fd)->group("");
  // Where a hub listened that died: the launcher has this one follow it.
  app->add_option("--requests", options->requests)->group("");
  app->add_option("--notifications", options->notifications)->group("");
  const auto dead_after = std::make_shared<double>(15);
  app->add_option("--dead-after", *dead_after, "Seconds of silence after which an engine of another host is dead")
      ->check(number_from(0.001, 1e6))
      ->type_name("SECONDS");
  set_footer(app, "  enginery hub --cluster b --directory /run/user/1000/enginery/b    what `enginery start` runs\n",
             kExitCodesOfServers);
  return {app, [options, dead_after] {
            options->dead_after = milliseconds(*dead_after);
            return hub::hub_main(*options);
          }};
}

Command probe_command(CLI::App& root) {
  const auto file = std::make_shared<std::string>();
  CLI::App* app = root.add_subcommand("probe", "Open a plugin and leave")->group("");
  app->add_option("file", *file)->required();
  return {app, [file] { return probe_main(file->c_str()); }};
}

}  // namespace enginery::tools
