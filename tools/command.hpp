// tools/command.hpp: the subcommands of `enginery`, and what they have in common.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <enginery/errors.hpp>

#include "tools/command_line.hpp"

namespace enginery::tools {

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
