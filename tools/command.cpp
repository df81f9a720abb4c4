// tools/command.cpp: the words after `enginery`: subcommands and their options, read by CLI11.
#include "tools/command.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <enginery/client.hpp>

#include "core/clusters/runtime_directory.hpp"
#include "core/diagnosis/log.hpp"
#include "core/errors/error_text.hpp"

namespace enginery::tools {
namespace {

template <typename Number>
Check in_range(const char* what, Number low, Number high) {
  return [=](const std::string& word) {
    Number number{};
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, number);
    if (error == std::errc() && stop == end && low <= number && number <= high) return std::string();
    return fmt::format("'{}' is not a {} from {} to {}", word, what, low, high);
  };
}

/// "500M" becomes its number of bytes.
CLI::Validator size_of_memory() {
  return CLI::Validator(
      [](std::string& word) {
        const std::string given = word.empty() ? "-" : word;
        try {
          if (given.front() != '-' && CLI::AsSizeValue(false)(word).empty() && word != "0") return std::string();
        } catch (const CLI::ValidationError&) {
          // Said below.
        }
        return fmt::format("'{}' is not a size such as 500M or 2G", given);
      },
      "");
}

template <class T>
CLI::Option* add(CLI::App& app, const std::string& names, T* value, const std::string& what) {
  return app.add_option(names, *value, what);
}
CLI::Option* add(CLI::App& app, const std::string& names, bool* value, const std::string& what) {
  return app.add_flag(names, *value, what);
}
CLI::Option* add(CLI::App& app, const std::string& names, std::uint64_t* bytes, const std::string& what) {
  return app.add_option(names, *bytes, what)->transform(size_of_memory());
}
CLI::Option* add(CLI::App& app, const std::string& names, const std::function<void(const std::string&)>& take,
                 const std::string& what) {
  return app.add_option_function<std::string>(names, take, what);
}

std::string footer_text(const std::string& examples, const std::string& exit_codes) {
  return "\nExamples:\n" + examples + "\nExit codes: " + exit_codes + "\n";
}

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

/// `help` and `version` are --help and --version, as people type them.
std::vector<std::string> words_of(int argc, char** argv, const CLI::App& root) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (words.empty()) return words;
  if (words[0] == "version") words[0] = "--version";
  if (words[0] == "help") {
    words.erase(words.begin());
    const auto is_it = [&words](const CLI::App* command) { return command->check_name(words[0]); };
    // A word that is not a command is refused as it would be without `help`.
    if (words.empty() || !root.get_subcommands(is_it).empty()) words.push_back("--help");
  }
  return words;
}

}  // namespace

void Command::option(const std::string& names, const Target& target, const Option& option) {
  CLI::Option* const added = std::visit([&](const auto& each) { return add(*app_, names, each, option.what); }, target);
  added->required(option.required);
  if (option.hidden) added->group("");
  if (!option.value.empty()) added->type_name(option.value);
  if (option.check) added->check(CLI::Validator(option.check, ""));
  if (option.commas) added->delimiter(',')->allow_extra_args(false);
  if (!option.needs.empty()) added->needs(option.needs);
  if (!option.excludes.empty()) added->excludes(option.excludes);
}

// Looked at only if it was given: CLI11 2.4 also checks the value that a flag would have.
void Command::flag(const std::string& name, int usual, int& value, int low, int high, const std::string& what) {
  const auto take = [=, &value](const CLI::results_t& words) {
    if (const std::string why = whole_number_from(low, high)(words.back()); !why.empty())
      throw CLI::ValidationError(name, why);
    value = std::stoi(words.back());
    return true;
  };
  CLI::Option* const option = app_->add_option(name, take, what);
  option->expected(0, 1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  option->default_str(std::to_string(usual));
}

void Command::check_all(std::function<void()> check) {
  app_->parse_complete_callback([check = std::move(check)] {
    try {
      check();
    } catch (const UsageError& error) {
      throw CLI::ValidationError(error.option, error.why);
    }
  });
}

void Command::footer(const std::string& examples, const std::string& exit_codes) {
  app_->footer(footer_text(examples, exit_codes));
}

void Command::does(std::function<int()> run) { *action_ = std::move(run); }

struct CommandLine::Words {
  CLI::App root;
  std::map<const CLI::App*, std::function<int()>> actions;
};

CommandLine::CommandLine(const std::string& what, const std::string& name, const std::string& version)
    : words_(new Words{CLI::App(what, name), {}}) {
  words_->root.set_version_flag("--version", name + " " + version);
  words_->root.require_subcommand(1);
}

CommandLine::~CommandLine() = default;

Command CommandLine::command(const std::string& name, const std::string& what, bool hidden) {
  CLI::App* const app = words_->root.add_subcommand(name, what);
  if (hidden) app->group("");
  return Command(app, &words_->actions[app]);
}

void CommandLine::footer(const std::string& examples) { words_->root.footer(footer_text(examples, kExitCodes)); }

int CommandLine::run(int argc, char** argv) {
  CLI::App& root = words_->root;
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
  return words_->actions.at(root.get_subcommands().front())();
}

Check number_from(double low, double high) { return in_range("number", low, high); }
Check whole_number_from(int low, int high) { return in_range("whole number", low, high); }

void add_name(Command command, std::string& name) {
  command.option("--name", &name,
                 {.what = "The cluster's name (default: $ENGINERY_CLUSTER, or \"default\")",
                  .value = "NAME",
                  .check = accepted_by(&cluster::cluster_name)});
}

void add_json(Command command, bool& json, const std::string& what) {
  command.option("--json", &json, {.what = "For programs: " + what});
}

void add_load(Command command, std::vector<std::string>& load, const std::string& what) {
  command.option("--load", &load, {.what = what + ", separated by commas", .value = "PLUGIN,...", .commas = true});
}

void add_timeout(Command command, Target seconds, const std::string& what) {
  command.option("--timeout", seconds, {.what = what, .value = "SECONDS", .check = number_from(0.001, 1e6)});
}

void add_log_level(Command command) {
  command.option("--log-level", [](const std::string& name) { ::setenv("ENGINERY_LOG", name.c_str(), 1); },
                 {.what = "What hub and engines say of themselves: debug, info, warning, error or off (default: "
                          "$ENGINERY_LOG, or \"warning\")",
                  .value = "LEVEL",
                  .check = accepted_by(&cluster::log_level)});
}

void add_memory_limit(Command command, std::uint64_t& bytes) {
  command.option("--memory-limit", &bytes,
                 {.what = "How much memory an engine's tasks may take, as 500M or 2G (default: as much as there is); a "
                          "task that asks for more gets a MemoryError",
                  .value = "SIZE"});
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

std::chrono::milliseconds hub_timeout(double seconds) {
  return std::min(milliseconds(seconds), ClientOptions{}.timeout);
}

void flush_output() {
  const bool lost = std::ferror(stdout) != 0;
  if (std::fflush(stdout) != 0) throw std::system_error(errno, std::generic_category());
  if (lost) throw std::system_error(std::make_error_code(std::errc::io_error));  // its own errno is long gone
}

bool wants_colours() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) && !(no_color && *no_color) && !(terminal && std::string_view(terminal) == "dumb");
}

// By its name where it still has one, so that `ps` and `top` show it.
std::filesystem::path own_file() {
  std::error_code error;
  const std::filesystem::path self = "/proc/self/exe";
  const std::filesystem::path named = std::filesystem::read_symlink(self, error);
  return std::filesystem::equivalent(named, self, error) ? named : self;
}

}  // namespace enginery::tools
