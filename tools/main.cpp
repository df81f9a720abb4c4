// tools/main.cpp: the command `enginery`.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <enginery/connection.hpp>

#include "client/status.hpp"
#include "core/cluster/runtime_directory.hpp"
#include "core/modules/probe.hpp"
#include "engine/engine_main.hpp"
#include "hub/hub_main.hpp"
#include "tools/daemon.hpp"
#include "tools/launcher.hpp"
#include "tools/status.hpp"
#include "tools/stop.hpp"

namespace enginery::tools {
namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;
constexpr const char* kExitCodes = "\nExit codes: 0 done, 1 failed (the reason is on stderr), 2 not used rightly.\n";

/// One subcommand: its options, and what it does with them.
struct Command {
  CLI::App* app;
  std::function<int()> run;
};

void add_name(CLI::App* app, std::string& name) {
  app->add_option("--name", name, "The cluster's name (default: $ENGINERY_CLUSTER, or \"default\")")->type_name("NAME");
}

/// True if standard output is a terminal that shows colours, and nobody asked for none.
bool wants_colours() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) && !(no_color && *no_color) && !(terminal && std::string_view(terminal) == "dumb");
}

/// The file of this very command, for the children: by its name where it still has one, so that `ps` and `top` show it.
std::filesystem::path own_file() {
  std::error_code error;
  const std::filesystem::path self = "/proc/self/exe";
  const std::filesystem::path named = std::filesystem::read_symlink(self, error);
  return std::filesystem::equivalent(named, self, error) ? named : self;
}

Command start_command(CLI::App& root) {
  struct Given {
    LaunchOptions launch;
    double timeout = 60;
    bool daemon = false;
  };
  const auto given = std::make_shared<Given>();
  given->launch.engines = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  given->launch.command = own_file();
  CLI::App* app = root.add_subcommand("start", "Start a hub and engines on this host, and watch them until Ctrl-C");
  app->add_option("-n,--engines", given->launch.engines, "How many engines (default: one per core)")
      ->check(CLI::Range(0, 4096))
      ->type_name("N");
  add_name(app, given->launch.name);
  app->add_option("--load", given->launch.load, "Plugins that every engine imports at start, separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("PLUGIN,...");
  app->add_option("--timeout", given->timeout, "Seconds until all engines must be ready (default: 60)")
      ->check(CLI::Range(0.001, 1e6))
      ->type_name("SECONDS");
  app->add_flag("--daemon", given->daemon,
                "Return once all engines are ready; the cluster goes on until `enginery stop`");
  // For programs that own a cluster: end of file on it ends the cluster; the connection file's path is written to it
  // when all is ready.
  app->add_option("--fd", given->launch.owner_fd)->group("");
  // What the hub and the engines run, in tests.
  app->add_option("--child", given->launch.command)->group("");
  app->footer(std::string("\nExamples:\n"
                          "  enginery start                        one engine per core, in this terminal\n"
                          "  enginery start -n 4 --load norms      four engines that know norms.*\n"
                          "  enginery start -n 2 --name b --daemon a second cluster, in the background\n") +
              kExitCodes);
  return {app, [given] {
            given->launch.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(given->timeout * 1000));
            if (given->daemon) return start_in_background(given->launch);
            if (const int owner = given->launch.owner_fd; owner >= 0) {
              ::fcntl(owner, F_SETFD, FD_CLOEXEC);
              given->launch.on_ready = [owner](const Connection& connection) {
                const std::string line = (connection.directory / cluster::kConnectionFile).string() + "\n";
                // An owner that is gone shows in the next poll.
                [[maybe_unused]] const ssize_t written = ::write(owner, line.data(), line.size());
              };
            }
            Launcher launcher(given->launch);
            return launcher.run();
          }};
}

Command stop_command(CLI::App& root) {
  struct Given {
    std::string name;
    bool all = false;
  };
  const auto given = std::make_shared<Given>();
  CLI::App* app = root.add_subcommand("stop", "End a cluster of this host, and wait until it is gone");
  add_name(app, given->name);
  app->add_flag("--all", given->all, "End every cluster of this user")->excludes("--name");
  app->footer(std::string("\nExamples:\n"
                          "  enginery stop            the cluster \"default\"\n"
                          "  enginery stop --name b   the cluster \"b\"\n"
                          "  enginery stop --all      all of them\n") +
              kExitCodes);
  return {app, [given] {
            given->all ? stop_all_clusters() : stop_cluster(given->name);
            return EXIT_SUCCESS;
          }};
}

Command status_command(CLI::App& root) {
  struct Given {
    std::string name;
    bool json = false;
    double timeout = 5;
  };
  const auto given = std::make_shared<Given>();
  CLI::App* app = root.add_subcommand("status", "Show the engines of a cluster, and what they do");
  add_name(app, given->name);
  app->add_flag("--json", given->json, "For programs: one JSON object");
  app->add_option("--timeout", given->timeout, "Seconds the hub has to answer (default: 5)")
      ->check(CLI::Range(0.001, 1e6))
      ->type_name("SECONDS");
  app->footer(std::string("\nExamples:\n"
                          "  enginery status\n"
                          "  enginery status --name b --json | jq '.engines[].state'\n") +
              kExitCodes);
  return {app, [given] {
            const std::chrono::milliseconds timeout(static_cast<std::int64_t>(given->timeout * 1000));
            const ClusterStatus status = query_status(Connection::find(given->name), timeout);
            fmt::print("{}", given->json ? status_json(status)
                                         : status_table(status, std::chrono::system_clock::now(), wants_colours()));
            return EXIT_SUCCESS;
          }};
}

Command engine_command(CLI::App& root) {
  const auto options = std::make_shared<engine::EngineOptions>();
  const auto name = std::make_shared<std::string>();
  CLI::App* app =
      root.add_subcommand("engine", "Run one engine that joins a cluster (`enginery start` does it for you)");
  add_name(app, *name);
  app->add_option("--connection", options->connection_file, "The cluster's connection file")
      ->excludes("--name")
      ->type_name("FILE");
  app->add_option("--id", options->id, "The id it asks for (default: the hub chooses)")->type_name("K");
  app->add_option("--load", options->load, "Plugins to import at start, separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("PLUGIN,...");
  app->add_option("--fd", options->launcher_fd)->group("");
  app->footer(
      std::string(
          "\nExamples:\n"
          "  enginery engine --name b    one more engine of the cluster \"b\"; it ends with it, or by Ctrl-C\n") +
      kExitCodes);
  return {app, [options, name] {
            if (options->connection_file.empty())
              options->connection_file = Connection::find(*name).directory / cluster::kConnectionFile;
            return engine::engine_main(*options);
          }};
}

Command hub_command(CLI::App& root) {
  const auto options = std::make_shared<hub::HubOptions>();
  CLI::App* app = root.add_subcommand("hub", "Run the hub of a cluster (`enginery start` does it for you)");
  app->add_option("--cluster", options->cluster, "The cluster's name")->required()->type_name("NAME");
  app->add_option("--directory", options->directory, "The runtime folder, for its sockets")
      ->required()
      ->type_name("FOLDER");
  app->add_option("--fd", options->launcher_fd)->group("");
  app->footer(kExitCodes);
  return {app, [options] { return hub::hub_main(*options); }};
}

Command probe_command(CLI::App& root) {
  const auto file = std::make_shared<std::string>();
  CLI::App* app = root.add_subcommand("probe", "Open a plugin and leave")->group("");
  app->add_option("file", *file)->required();
  return {app, [file] { return probe_main(file->c_str()); }};
}

int usage(const CLI::App& root, const CLI::ParseError& error) {
  const auto chosen = root.get_subcommands();
  const std::string command = chosen.empty() ? "enginery" : "enginery " + chosen.front()->get_name();
  fmt::print(stderr, "enginery: {}\n`{} --help` shows how it is used.\n", error.what(), command);
  return kUsage;
}

/// What is opened later must not land on 0, 1 or 2, where output goes.
void fill_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd)
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) ::open("/dev/null", O_RDWR);
}

int command_main(int argc, char** argv) {
  CLI::App root("Interactive parallel computing for C++: engines that run your functions.", "enginery");
  root.set_version_flag("--version", "enginery " ENGINERY_VERSION);
  root.require_subcommand(1);
  root.footer(std::string("\nExamples:\n"
                          "  enginery start -n 4    start a hub and four engines\n"
                          "  enginery status        show them\n"
                          "  enginery stop          end them (or Ctrl-C where they were started)\n"
                          "`enginery COMMAND --help` tells more.\n") +
              kExitCodes);
  const Command commands[] = {start_command(root),  stop_command(root), status_command(root),
                              engine_command(root), hub_command(root),  probe_command(root)};
  try {
    root.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return root.exit(asked);
  } catch (const CLI::ParseError& error) {
    return usage(root, error);
  }
  for (const Command& command : commands)
    if (command.app->parsed()) return command.run();
  return kUsage;
}

}  // namespace
}  // namespace enginery::tools

int main(int argc, char** argv) try {
  enginery::tools::fill_standard_descriptors();
  return enginery::tools::command_main(argc, argv);
} catch (const std::exception& error) {
  fmt::print(stderr, "enginery: {}\n", error.what());
  return enginery::tools::kFailure;
}
