// tests/process/restart_fixture.hpp: clusters whose processes end and come back.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include <enginery/connection.hpp>

#include "core/processes/spawn.hpp"
#include "tests/process/cluster_fixture.hpp"

namespace enginery {

class RestartingTest : public ClusterTest {
 protected:
  void TearDown() override {
    ClusterTest::TearDown();
    for (const cluster::Started& engine : joined_) {
      send_signal(engine.pid, SIGKILL);
      ::waitpid(engine.pid.number(), nullptr, 0);
    }
  }

  /// Waits until engine `id` is a process that takes tasks, and is not `former`.
  bool comes_back(int id, std::int64_t former) {
    return comes([&] {
      try {
        return pid(id) != former;
      } catch (const Error&) {
        return false;
      }
    });
  }
  Connection connection() const { return Connection::find(name_); }
  /// Kills the hub, and waits until another one listens.
  void kill_hub() const {
    const int hub = connection().hub.process.pid;
    ASSERT_TRUE(send_signal(hub, SIGKILL));
    ASSERT_TRUE(comes([&] { return connection().hub.process.pid != hub; }));
  }
  /// Runs `enginery engine`; its process.
  int join(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"engine", "--name", name_, "--load", "system"};
    words.insert(words.end(), more.begin(), more.end());
    joined_.push_back(cluster::spawn({ENGINERY_COMMAND, words}));
    return joined_.back().pid.number();
  }
  static std::string output_of(const std::string& arguments) {
    std::string text;
    FILE* const pipe = ::popen((ENGINERY_COMMAND " " + arguments + " 2>&1").c_str(), "r");
    char buffer[4096];
    while (std::fgets(buffer, sizeof buffer, pipe)) text += buffer;
    ::pclose(pipe);
    return text;
  }

  std::vector<cluster::Started> joined_;
};

}  // namespace enginery
