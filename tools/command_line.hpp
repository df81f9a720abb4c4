// tools/command_line.hpp: the words after `enginery`: subcommands and their options.
//
// CLI11 does the work, and takes four seconds of each source that sees it: command_line.cpp alone does.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace enginery::tools {

// Exit codes; 0 is done.
inline constexpr int kFailure = 1;
inline constexpr int kUsage = 2;
inline constexpr int kInterrupted = 130;

inline constexpr const char* kExitCodes =
    "0 done, 1 failed (the reason is on stderr), 2 not used rightly, 130 ended by Ctrl-C.";
/// Of what goes on until it is told to end.
inline constexpr const char* kExitCodesOfServers =
    "0 done, or ended by a signal, 1 failed (the reason is on stderr), 2 not used rightly.";

/// Looks at the word that an option was given: why it is refused, "" if it is not.
using Check = std::function<std::string(const std::string&)>;

/// Options that do not go together: thrown by what Command::check_all was given.
class UsageError : public std::runtime_error {
 public:
  UsageError(std::string option, const std::string& why) : std::runtime_error(why), option_(std::move(option)) {}
  const std::string& option() const noexcept { return option_; }

 private:
  std::string option_;
};

/// One option of a command, to say more of it. Lives as long as its command.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option& required();
  /// --help does not show it.
  Option& hidden();
  /// What --help calls its value.
  Option& type_name(const std::string& name);
  Option& check(Check check);
  /// The option's value is a list, its elements separated by commas.
  Option& separated_by_commas();
  Option& excludes(const std::string& other);
  Option& needs(const std::string& other);
  /// After the words were read: whether the user gave it.
  bool given() const;

 private:
  CLI::Option* option_;
};

/// One subcommand: its options, and what it does. A handle, which is copied.
class Command {
 public:
  Command(CLI::App* app, std::function<int()>* action) : app_(app), action_(action) {}

  /// An option with a value. `names` are "-n,--engines"; without dashes, it is a word that stands by itself. `value`
  /// keeps what it holds unless the option is given, and must live as long as the command.
  template <typename T>
  Option option(const std::string& names, T& value, const std::string& what = "");
  /// One whose value is handed to `take`.
  Option action(const std::string& names, std::function<void(const std::string&)> take, const std::string& what);
  /// An option without a value.
  Option flag(const std::string& names, bool& value, const std::string& what);
  /// An option that may be given as --name, which means `usual`, or as --name=VALUE, a whole number of `low` to `high`.
  Option flag(const std::string& name, int usual, int& value, int low, int high, const std::string& what);
  /// A number of bytes, as 500M or 2G.
  Option size(const std::string& names, std::uint64_t& bytes, const std::string& what);

  /// Runs when all words are read, before the command does anything; throws UsageError for options that do not go
  /// together.
  Command& check_all(std::function<void()> check);
  /// What --help ends with: `examples`, one per line, and the exit codes.
  Command& footer(const std::string& examples, const std::string& exit_codes = kExitCodes);
  /// `run` returns the exit code, or throws.
  void does(std::function<int()> run);

 private:
  CLI::App* app_;
  std::function<int()>* action_;
};

/// The command `enginery` as a whole.
class CommandLine {
 public:
  CommandLine(const std::string& what, const std::string& name, const std::string& version);
  ~CommandLine();

  Command command(const std::string& name, const std::string& what);
  /// One that --help does not show.
  Command hidden_command(const std::string& name, const std::string& what);
  void footer(const std::string& examples);
  /// Reads the words of main(), and does what they ask for; returns the exit code. Wrong words are answered on stderr.
  int run(int argc, char** argv);

 private:
  struct Words;
  std::unique_ptr<Words> words_;
};

/// Refuse what is not a number from `low` to `high`.
Check number_from(double low, double high);
Check whole_number_from(int low, int high);

}  // namespace enginery::tools
