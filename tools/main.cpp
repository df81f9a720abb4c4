// tools/main.cpp: the command `enginery`.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "core/modules/nearest_name.hpp"
#include "tools/command.hpp"

namespace enginery::tools {
namespace {

int usage(const CLI::App& root, const CLI::ParseError& error) {
  const auto chosen = root.get_subcommands();
  const std::string command = chosen.empty() ? "enginery" : "enginery " + chosen.front()->get_name();
  const std::vector<std::string> unknown = root.remaining();
  std::string words = error.what();
  if (chosen.empty() && !unknown.empty()) {
    std::vector<std::string> names;
    for (const CLI::App* each : root.get_subcommands({})) names.push_back(each->get_name());
    const std::string meant = modules::did_you_mean(unknown.front(), names);
    words = fmt::format("there is no command '{}'{}{}", unknown.front(), meant.empty() ? "" : ".", meant);
  }
  fmt::print(stderr, "enginery: {}\n`{} --help` shows how it is used.\n", words, command);
  return kUsage;
}

/// What is opened later must not land on 0, 1 or 2, where output goes.
void fill_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd)
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) ::open("/dev/null", O_RDWR);
}

/// `help` and `version` are --help and --version, as people type them.
std::vector<std::string> words_of(int argc, char** argv, const CLI::App& root) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (words.empty()) return words;
  if (words[0] == "version") words[0] = "--version";
  if (words[0] == "help") {
    words.erase(words.begin());
    const auto is_it = [&words](const CLI::App* command) { return command->check_name(words[0]); };
    // What is no command is refused as it is without `help`.
    if (words.empty() || !root.get_subcommands(is_it).empty()) words.push_back("--help");
  }
  return words;
}

int failure(const std::exception& error) {
  const auto* system = dynamic_cast<const std::system_error*>(&error);
  if (!system || !std::ferror(stdout)) {
    fmt::print(stderr, "enginery: {}\n", error.what());
  } else if (system->code() != std::errc::broken_pipe) {  // a reader who has left wants to hear no more
    fmt::print(stderr, "enginery: the output could not be written: {}\n", system->code().message());
  }
  return kFailure;
}

int command_main(int argc, char** argv) {
  CLI::App root("Interactive parallel computing for C++: engines that run your functions.", "enginery");
  root.set_version_flag("--version", "enginery " ENGINERY_VERSION);
  root.require_subcommand(1);
  const Command commands[] = {
      start_command(root), stop_command(root),   restart_command(root), kill_command(root),  interrupt_command(root),
      list_command(root),  status_command(root), exec_command(root),    debug_command(root), plugins_command(root),
      build_command(root), engine_command(root), hub_command(root),     probe_command(root)};
  set_footer(&root,
             "  enginery start -n 4    start a hub and four engines\n"
             "  enginery status        show them\n"
             "  enginery exec 'a = 6'  run a statement on them\n"
             "  enginery plugins       the plugins that engines find, and their tasks\n"
             "  enginery build a.cpp   a plugin from one source\n"
             "  enginery stop          end them (or Ctrl-C where they were started)\n"
             "`enginery help COMMAND` tells more.\n");
  std::vector<std::string> words = words_of(argc, argv, root);
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    root.parse(std::move(words));
  } catch (const CLI::Success& asked) {
    std::ostringstream text;
    root.exit(asked, text, text);
    fmt::print("{}", text.str());
    return 0;
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
  const int status = enginery::tools::command_main(argc, argv);
  enginery::tools::flush_output();
  return status;
} catch (const std::exception& error) {
  return enginery::tools::failure(error);
}
