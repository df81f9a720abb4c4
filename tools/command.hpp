// tools/command.hpp: the subcommands of `enginery`, and what they have in common.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <enginery/errors.hpp>

namespace enginery::tools {

// Exit codes; 0 is done.
inline constexpr int kFailure = 1;
inline constexpr int kUsage = 2;
inline constexpr int kInterrupted = 130;

/// One subcommand: its options, and what it does with them. `run` returns the exit code, or throws.
struct Command {
  CLI::App* app;
  std::function<int()> run;
};

Command start_command(CLI::App& root);
Command stop_command(CLI::App& root);
Command restart_command(CLI::App& root);
Command kill_command(CLI::App& root);
Command list_command(CLI::App& root);
Command status_command(CLI::App& root);
Command exec_command(CLI::App& root);
Command interrupt_command(CLI::App& root);
Command plugins_command(CLI::App& root);
Command build_command(CLI::App& root);
Command debug_command(CLI::App& root);
Command engine_command(CLI::App& root);
Command hub_command(CLI::App& root);
Command probe_command(CLI::App& root);

/// --name, the cluster's.
void add_name(CLI::App* app, std::string& name);
/// The id of an engine, which must be given.
void add_id(CLI::App* app, int& id);
/// --json, which prints `what`.
void add_json(CLI::App* app, bool& json, const std::string& what);
/// --load, plugins separated by commas.
void add_load(CLI::App* app, std::vector<std::string>& load, const std::string& what);
/// --timeout, in seconds.
void add_timeout(CLI::App* app, double& seconds, const std::string& what);
/// --log-level, of this process and those that it starts.
void add_log_level(CLI::App* app);
/// --memory-limit, of an engine, in bytes.
void add_memory_limit(CLI::App* app, std::uint64_t& bytes);
std::chrono::milliseconds milliseconds(double seconds);
/// How long a command that has so many seconds waits for the hub.
std::chrono::milliseconds hub_timeout(double seconds);
/// Refuses what is not a number from `low` to `high`.
CLI::Validator number_from(double low, double high);
CLI::Validator whole_number_from(int low, int high);

/// Refuses what `parse` throws an Error for, in its words.
template <class Parse>
CLI::Validator accepted_by(Parse parse) {
  const auto refusal = [parse](const std::string& word) {
    try {
      parse(word);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  return CLI::Validator(refusal, "");
}

inline constexpr const char* kExitCodes =
    "0 done, 1 failed (the reason is on stderr), 2 not used rightly, 130 ended by Ctrl-C.";
/// Of what goes on until it is told to end.
inline constexpr const char* kExitCodesOfServers =
    "0 done, or ended by a signal, 1 failed (the reason is on stderr), 2 not used rightly.";
/// What --help ends with: `examples`, one per line, and the exit codes.
void set_footer(CLI::App* app, const std::string& examples, const std::string& exit_codes = kExitCodes);

/// Writes what standard output still holds. Throws std::system_error if it, or something before it, was not written.
void flush_output();

/// True if standard output is a terminal that shows colours, and nobody asked for none.
bool wants_colours();
/// The file of this very command, for its children.
std::filesystem::path own_file();

}  // namespace enginery::tools
