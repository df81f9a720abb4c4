// tools/command.cpp: options that several subcommands have.
#include "tools/command.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <enginery/client.hpp>

#include "core/clusters/runtime_directory.hpp"
#include "core/diagnosis/log.hpp"

namespace enginery::tools {

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
