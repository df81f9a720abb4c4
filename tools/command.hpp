// tools/command.hpp: the subcommands of `enginery`: their options, and what they have in common.
//
// CLI11 does the work, and takes four seconds of each source that sees it: command.cpp alone does.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <enginery/errors.hpp>

namespace CLI {
class App;
}

namespace enginery::tools {

// Exit codes; 0 is done.
inline constexpr int kFailure = 1;
inline constexpr int kUsage = 2;
inline constexpr int kInterrupted = 130;

inline constexpr const char* kExitCodes =
    "0 done, 1 failed (the reason is on stderr), 2 wrong usage, 130 ended by Ctrl-C.";
/// Of what goes on until it is told to end.
inline constexpr const char* kExitCodesOfServers =
    "0 done, or ended by a signal, 1 failed (the reason is on stderr), 2 wrong usage.";

/// Looks at the word that an option was given: why it is refused, "" if it is not.
using Check = std::function<std::string(const std::string&)>;

/// Options that do not go together: thrown by what Command::check_all was given.
struct UsageError {
  std::string option, why;
};

/// Where the value of an option goes. It keeps what it holds unless the option is given, and must live as long as the
/// command. A bool is set by an option without a value, and an unsigned number of bytes is given as 500M or 2G.
using Target =
    std::variant<bool*, int*, double*, std::uint64_t*, std::string*, std::filesystem::path*, std::optional<int>*,
                 std::optional<double>*, std::vector<std::string>*, std::function<void(const std::string&)>>;

/// What is to be known of an option.
struct Option {
  std::string what{};   ///< for --help
  std::string value{};  ///< what --help calls its value: "SECONDS"
  Check check{};
  bool required = false;
  bool hidden = false;              ///< --help does not show it
  bool commas = false;              ///< its value is a list, the elements separated by commas
  std::string needs{}, excludes{};  ///< another option, which was added before
};

/// One subcommand: its options, and what it does. A handle, which is copied.
class Command {
 public:
  Command(CLI::App* app, std::function<int()>* action) : app_(app), action_(action) {}

  /// `names` are "-n,--engines"; without dashes, it is a word that stands by itself.
  void option(const std::string& names, const Target& target, const Option& option);
  /// An option that may be given as --name, which means `usual`, or as --name=VALUE, a whole number of `low` to `high`.
  void flag(const std::string& name, int usual, int& value, int low, int high, const std::string& what);

  /// Runs when all words are read, before the command does anything; throws UsageError for options that do not go
  /// together.
  void check_all(std::function<void()> check);
  /// What --help ends with: `examples`, one per line, and the exit codes.
  void footer(const std::string& examples, const std::string& exit_codes = kExitCodes);
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

  /// --help does not show a `hidden` one.
  Command command(const std::string& name, const std::string& what, bool hidden = false);
  void footer(const std::string& examples);
  /// Reads the words of main(), and does what they ask for; returns the exit code. Wrong words are answered on stderr.
  int run(int argc, char** argv);

 private:
  struct Words;
  std::unique_ptr<Words> words_;
};

// Each adds one subcommand.
void start_command(CommandLine& line);
void stop_command(CommandLine& line);
void restart_command(CommandLine& line);
void kill_command(CommandLine& line);
void list_command(CommandLine& line);
void status_command(CommandLine& line);
void exec_command(CommandLine& line);
void interrupt_command(CommandLine& line);
void plugins_command(CommandLine& line);
void build_command(CommandLine& line);
void debug_command(CommandLine& line);
void engine_command(CommandLine& line);
void hub_command(CommandLine& line);
void probe_command(CommandLine& line);

/// --name, the cluster's.
void add_name(Command command, std::string& name);
/// --json, which prints `what`.
void add_json(Command command, bool& json, const std::string& what);
/// --load, plugins separated by commas.
void add_load(Command command, std::vector<std::string>& load, const std::string& what);
/// --timeout, in seconds.
void add_timeout(Command command, Target seconds, const std::string& what);
/// --log-level, of this process and those that it starts.
void add_log_level(Command command);
/// --memory-limit, of an engine, in bytes.
void add_memory_limit(Command command, std::uint64_t& bytes);
std::chrono::milliseconds milliseconds(double seconds);
/// How long a command that has so many seconds waits for the hub.
std::chrono::milliseconds hub_timeout(double seconds);
/// Refuse what is not a number from `low` to `high`.
Check number_from(double low, double high);
Check whole_number_from(int low, int high);
/// Refuses what `parse` throws an Error for, in its words.
template <class Parse>
Check accepted_by(Parse parse) {
  return [parse](const std::string& word) {
    try {
      parse(word);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
}

/// Writes what standard output still holds. Throws std::system_error if it, or something before it, was not written.
void flush_output();

/// True if standard output is a terminal that shows colours, and the user has not asked for none.
bool wants_colours();
/// The file of this very command, for its children.
std::filesystem::path own_file();

}  // namespace enginery::tools
