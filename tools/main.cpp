// tools/main.cpp: the command `enginery`.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tools/command.hpp"

namespace enginery::tools {
namespace {

int usage(const CLI::App& root, const CLI::ParseError& error) {
  const auto chosen = root.get_subcommands();
  const std::string command = chosen.empty() ? "enginery" : "enginery " + chosen.front()->get_name();
  const std::vector<std::string> unknown = root.remaining();
  const std::string words = chosen.empty() && !unknown.empty()
                                ? fmt::format("there is no command '{}'", unknown.front())
                                : std::string(error.what());
  fmt::print(stderr, "enginery: {}\n`{} --help` shows how it is used.\n", words, command);
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
  const Command commands[] = {start_command(root), stop_command(root),    list_command(root),  status_command(root),
                              exec_command(root),  plugins_command(root), build_command(root), engine_command(root),
                              hub_command(root),   probe_command(root)};
  set_footer(&root,
             "  enginery start -n 4    start a hub and four engines\n"
             "  enginery status        show them\n"
             "  enginery exec 'a = 6'  run a statement on them\n"
             "  enginery plugins       the plugins that engines find, and their tasks\n"
             "  enginery build a.cpp   a plugin from one source\n"
             "  enginery stop          end them (or Ctrl-C where they were started)\n"
             "`enginery COMMAND --help` tells more.\n");
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
