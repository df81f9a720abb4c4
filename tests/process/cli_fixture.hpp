// tests/process/cli_fixture.hpp: the commands as a user calls them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/process/launcher_fixture.hpp"

namespace enginery::testing_processes {

using nlohmann::json;

/// A command that ended.
struct Ran {
  int status;
  std::string out, err;
};

/// A user with a runtime folder, a module cache and plugins of its own.
class CliTest : public LauncherTest {
 protected:
  CliTest() {
    fake_ = false;
    ::setenv("ENGINERY_CACHE", (base_ / "cache").c_str(), 1);
    ::setenv("ENGINERY_PLUGIN_PATH", FIXTURE_PLUGINS, 1);
    ::unsetenv("NO_COLOR");
    ::setenv("TERM", "xterm", 1);
  }

  /// `enginery words`, as a shell reads them.
  Ran enginery(const std::string& words) const { return shell(ENGINERY_COMMAND " " + words); }
  Ran shell(const std::string& line) const {
    const fs::path out = base_ / "out", err = base_ / "err";
    const int status = std::system((line + " >" + out.string() + " 2>" + err.string()).c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(out), read(err)};
  }
  /// The same, with a terminal for its output.
  Ran on_terminal(const std::string& words) const {
    return shell("script -qec '" ENGINERY_COMMAND " " + words + "' /dev/null");
  }
  json enginery_json(const std::string& words, int expected = 0) const {
    const Ran ran = enginery(words + " --json");
    EXPECT_EQ(ran.status, expected) << ran.err;
    return json::parse(ran.out);
  }
  /// All that `enginery --help` shows.
  std::vector<std::string> commands() const {
    std::istringstream lines(enginery("--help").out);
    std::vector<std::string> names;
    bool listed = false;
    for (std::string line; std::getline(lines, line);) {
      if (listed && !line.starts_with("  ")) break;
      std::string name;
      if (listed && std::istringstream(line) >> name && line[2] != ' ') names.push_back(name);
      listed |= line.starts_with("Subcommands:") || line.starts_with("SUBCOMMANDS:");
    }
    return names;
  }
  static std::string read(const fs::path& file) {
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }
};

}  // namespace enginery::testing_processes
