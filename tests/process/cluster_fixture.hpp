// tests/process/cluster_fixture.hpp: a cluster of real processes for each test, in the words of a user.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/client.hpp>
#include <enginery/eigen.hpp>

#include "core/processes/pid.hpp"

namespace enginery {

using cluster::send_signal;
using cluster::signal_group;

/// Waits for what others bring about; false if it does not come about.
template <class Condition>
bool comes(const Condition& condition, Seconds patience = Seconds(30)) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

/// Each test has a cluster of its own name, a module cache of its own, and the fixtures' plugins to import.
class ClusterTest : public testing::Test {
 protected:
  void SetUp() override {
    static int count = 0;
    name_ = "test-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
    std::string folder = (std::filesystem::temp_directory_path() / "enginery-cluster-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    setenv("ENGINERY_CLUSTER", name_.c_str(), 1);
    setenv("ENGINERY_CACHE", (folder_ / "cache").c_str(), 1);
    setenv("ENGINERY_PLUGIN_PATH", FIXTURE_PLUGINS, 1);
  }
  void TearDown() override {
    client_.reset();
    if (started_) run("stop");
    std::filesystem::remove_all(folder_);
  }

  /// Runs the command `enginery`, whose errors are the test's; gives its exit status.
  static int run(const std::string& arguments) {
    const int status = std::system((ENGINERY_COMMAND " " + arguments + " >/dev/null").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  }

  void start_engines(int n, const std::string& more = "--load testing,system") {
    start_cluster("start --daemon -n " + std::to_string(n) + " " + more);
    client_.emplace();
    client_->wait_for_engines(static_cast<std::size_t>(n), Seconds(30));
  }
  /// Runs a command that starts the test's cluster: `arguments` of `enginery`, after what a shell is to do `before`.
  /// Throws what fails the test, with all that the command wrote, if it fails: no test goes on without its cluster.
  void start_cluster(const std::string& arguments, const std::string& before = "") {
    const std::filesystem::path output = folder_ / "start.out";
    const std::string command = before + ENGINERY_COMMAND " " + arguments;
    const int status = std::system((command + " >" + output.string() + " 2>&1").c_str());
    std::ifstream file(output);
    const std::string words{std::istreambuf_iterator<char>(file), {}};
    if (status != 0) throw std::runtime_error("no cluster has started: " + command + " failed, and wrote:\n" + words);
    started_ = true;
  }
  Client& rc() {
    if (!client_) throw std::logic_error("this test has no cluster, or its client has gone");
    return *client_;
  }
  DirectView on(int id) { return rc()[id]; }
  std::int64_t pid(int id) { return on(id).apply_sync<std::int64_t>("system.getpid"); }

  std::string name_;
  std::filesystem::path folder_;
  bool started_ = false;
  std::optional<Client> client_;
};

/// The death that a result tells of.
template <class Result>
EngineDied death_of(const Result& result) {
  try {
    result.get(Seconds(30));
  } catch (const EngineDied& error) {
    return error;
  }
  ADD_FAILURE() << "it lives";
  return EngineDied(-1, "", "");
}

/// The error of a call as "ename: evalue", "" when there is none.
template <class F>
std::string error_of(const F& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace enginery
