// tests/chaos/chaos_fixture.hpp: a cluster to which things are done, and processes of this very program that use it.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/process/cluster_fixture.hpp"
#include "tests/process/launcher_fixture.hpp"

namespace enginery {

/// Appends a line to a file that no engine owns, and gives the number. One write to a file opened for appending: lines
/// of several processes stay whole, and outlive who wrote them.
inline std::int64_t note(const std::string& log, int client, std::int64_t number) {
  const std::string line = std::to_string(client) + " " + std::to_string(number) + "\n";
  const int file = ::open(log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (::write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
  ::close(file);
  return number;
}

class ChaosTest : public ClusterTest {
 protected:
  using Clock = std::chrono::steady_clock;  // one clock for all processes of the host
  using Command = testing_processes::Command;

  /// Tests are short, and long when tools/chaos.sh says so.
  template <class T>
  static T in_form(T in_short, T in_long) {
    return std::getenv("ENGINERY_CHAOS_LONG") ? in_long : in_short;
  }

  /// This program, as another process: "client" and these words are its arguments.
  static std::unique_ptr<Command> start_client(std::vector<std::string> words) {
    words.insert(words.begin(), "client");
    return std::make_unique<Command>(std::move(words), -1, std::filesystem::read_symlink("/proc/self/exe"));
  }

  std::string log() const { return folder_ / "log"; }
  std::uintmax_t log_size() const {
    std::error_code none;
    const std::uintmax_t size = std::filesystem::file_size(log(), none);
    return none ? 0 : size;
  }
  /// How often each task of each client ran.
  std::map<std::pair<int, std::int64_t>, int> runs() const {
    std::map<std::pair<int, std::int64_t>, int> count;
    std::ifstream lines(log());
    std::pair<int, std::int64_t> task;
    while (lines >> task.first >> task.second) ++count[task];
    return count;
  }
};

}  // namespace enginery
