// tools/command.cpp: options that several subcommands have.
#include "tools/command.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include <enginery/client.hpp>
#include <enginery/errors.hpp>

#include "core/cluster/log.hpp"
#include "core/cluster/runtime_directory.hpp"

namespace enginery::tools {
namespace {

template <typename Number>
CLI::Validator in_range(const char* what, Number low, Number high) {
  const auto refusal = [=](const std::string& word) {
    Number number{};
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, number);
    if (error == std::errc() && stop == end && low <= number && number <= high) return std::string();
    return fmt::format("'{}' is not a {} from {} to {}", word, what, low, high);
  };
  return CLI::Validator(refusal, "");
}

/// "500M" becomes its number of bytes.
CLI::Validator size() {
  return CLI::Validator(
      [](std::string& word) {
        const std::string given = word.empty() ? "-" : word;
        try {
          if (given.front() != '-' && CLI::AsSizeValue(false)(word).empty() && word != "0") return std::string();
        } catch (const CLI::ValidationError&) {
          // Said below.
        }
        return fmt::format("'{}' is no size, such as 500M or 2G", given);
      },
      "");
}

}  // namespace

void add_name(CLI::App* app, std::string& name) {
  app->add_option("--name", name, "The cluster's name (default: $ENGINERY_CLUSTER, or \"default\")")
      ->check(accepted_by(&cluster::cluster_name))
      ->type_name("NAME");
}

void add_id(CLI::App* app, int& id) {
  app->add_option("id", id, "The engine's, as `enginery status` shows it")
      ->required()
      ->check(whole_number_from(0, std::numeric_limits<int>::max()))
      ->type_name("ID");
}

void add_json(CLI::App* app, bool& json, const std::string& what) {
  app->add_flag("--json", json, "For programs: " + what);
}

void add_load(CLI::App* app, std::vector<std::string>& load, const std::string& what) {
  app->add_option("--load", load, what + ", separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("PLUGIN,...");
}

void add_timeout(CLI::App* app, double& seconds, const std::string& what) {
  app->add_option("--timeout", seconds, what)->check(number_from(0.001, 1e6))->type_name("SECONDS");
}

void add_log_level(CLI::App* app) {
  const auto take = [](const std::string& name) { ::setenv("ENGINERY_LOG", name.c_str(), 1); };
  app->add_option_function<std::string>(
         "--log-level", take,
         "What hub and engines say of themselves: debug, info, warning, error or off (default: $ENGINERY_LOG, or "
         "\"warning\")")
      ->check(accepted_by(&cluster::log_level))
      ->type_name("LEVEL");
}

void add_memory_limit(CLI::App* app, std::uint64_t& bytes) {
  app->add_option(
         "--memory-limit", bytes,
         "How much memory an engine's tasks may take, as 500M or 2G (default: as much as there is); a task that "
         "asks for more gets a MemoryError")
      ->transform(size())
      ->type_name("SIZE");
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

std::chrono::milliseconds hub_timeout(double seconds) {
  return std::min(milliseconds(seconds), ClientOptions{}.timeout);
}

CLI::Validator number_from(double low, double high) { return in_range("number", low, high); }
CLI::Validator whole_number_from(int low, int high) { return in_range("whole number", low, high); }

void set_footer(CLI::App* app, const std::string& examples, const std::string& exit_codes) {
  app->footer("\nExamples:\n" + examples + "\nExit codes: " + exit_codes + "\n");
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
