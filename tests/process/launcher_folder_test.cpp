// tests/process/launcher_folder_test.cpp: clusters from whose folder somebody removes files, and what they say of it.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/connection.hpp>

#include "core/clusters/runtime_directory.hpp"
#include "tests/process/launcher_fixture.hpp"

namespace enginery::testing_processes {
namespace {

using ::testing::HasSubstr;

/// Whether it is so within our patience.
template <class Condition>
bool comes_true(const Condition& condition) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatience);
  while (!condition())
    if (std::chrono::steady_clock::now() > give_up) return false;
  return true;
}

/// With fake and with true hubs and engines.
class AnyFolderTest : public LauncherTest, public ::testing::WithParamInterface<const char*> {
 protected:
  AnyFolderTest() { fake_ = GetParam() == std::string("fake"); }
};
INSTANTIATE_TEST_SUITE_P(Children, AnyFolderTest, ::testing::Values(ENGINERY_TEST_CHILDREN),
                         [](const auto& info) { return std::string(info.param); });

class LauncherFolderTest : public LauncherTest {
 protected:
  static std::string text_of(const fs::path& file) {
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }
};

TEST_P(AnyFolderTest, WhatIsRemovedOfItsFolderComesBack) {
  const auto command = start_ready({"-n", "1"});
  const auto children = children_of(command->pid());
  fs::remove(folder() / "lock");
  fs::remove(folder() / "connection.json");
  EXPECT_TRUE(command->writes("they are back"));
  EXPECT_EQ(Connection::find().launcher.pid, command->pid());
  fs::remove_all(folder().parent_path());
  ASSERT_TRUE(command->writes("they are back\nenginery: somebody removed files from " + folder().string()));
  EXPECT_EQ(Connection::find().launcher.pid, command->pid());
  EXPECT_EQ(start()->finish(), 1);
  // Hub and engine are back at their addresses within a second or two.
  EXPECT_TRUE(fake_ || comes_true([] { return run({"exec", "1"}).first == 0; }));
  EXPECT_EQ(run({"stop"}).first, 0);
  expect_nothing_left(children);
}

TEST_P(AnyFolderTest, WithoutAPlaceForItsFolderTheClusterEndsAndSaysWhy) {
  const auto command = start_ready({"-n", "1"});
  const auto children = children_of(command->pid());
  fs::remove_all(base_);
  EXPECT_EQ(command->finish(), 1);
  EXPECT_THAT(command->text(), HasSubstr("the folder of cluster 'default' was removed, and without it no command finds "
                                         "the cluster: " +
                                         folder().parent_path().string()));
  expect_nothing_left(children);
}

TEST_F(LauncherFolderTest, SystemdsCleanerLeavesItsFolderAlone) {
  if (!fs::exists("/usr/bin/systemd-tmpfiles")) GTEST_SKIP() << "there is no systemd-tmpfiles here";
  const auto command = start_ready({"-n", "1"});
  fs::create_directory(folder("dead"));
  std::ofstream(folder("dead") / "lock") << "1 1\n";
  // What is older than nothing at all goes.
  std::ofstream(base_ / "cleaner.conf") << "d " << folder().parent_path().string() << " - - - 0\n";
  Command cleaner({"--clean", base_ / "cleaner.conf"}, -1, "/usr/bin/systemd-tmpfiles");
  EXPECT_EQ(cleaner.finish(), 0) << cleaner.text();
  EXPECT_FALSE(fs::exists(folder("dead"))) << "it cleans nothing";
  EXPECT_TRUE(fs::exists(folder() / "lock"));
  EXPECT_EQ(Connection::find().launcher.pid, command->pid());
}

TEST_F(LauncherFolderTest, WhatADaemonsLogSaidStandsInTheOneThatFollowsIt) {
  ASSERT_EQ(start({"-n", "1", "--daemon"})->finish(), 0);
  const Connection connection = Connection::find();
  const auto log_says = [this](const std::string& words) {
    return text_of(folder() / "launcher.log").find(words) != std::string::npos;
  };
  for (const Watched& child : children_of(connection.launcher.pid))
    if (child.pid() != connection.hub.process.pid) send_signal(child.pid(), SIGKILL);
  ASSERT_TRUE(comes_true([&] { return log_says("0 of 1 engines left"); }));
  fs::remove_all(folder());
  EXPECT_TRUE(comes_true([&] { return log_says("they are back"); }));
  EXPECT_TRUE(log_says("0 of 1 engines left"));
  EXPECT_EQ(run({"stop"}).first, 0);
}

TEST_F(LauncherFolderTest, LogsThatAreRemovedAreReadWhereTheyWereAndGoOn) {
  fake_ = false;
  ASSERT_EQ(start({"-n", "1", "--daemon", "--log-level", "info", "--restart"})->finish(), 0);
  const fs::path hub = folder() / "hub.log", engine = folder() / "engine-0.log";
  ASSERT_TRUE(comes_true([&] { return text_of(hub).find("engine 0") != std::string::npos; }));
  const auto before = text_of(hub);
  fs::remove(hub);
  fs::remove(engine);
  ASSERT_TRUE(comes_true([&] { return fs::exists(hub) && fs::exists(engine); }));
  EXPECT_EQ(run({"restart", "0"}).first, 0);
  EXPECT_TRUE(comes_true([&] { return text_of(hub).size() > before.size(); }));
  EXPECT_TRUE(text_of(hub).starts_with(before));
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(engine))) << "the next process has a log of its own";
  EXPECT_EQ(run({"stop"}).first, 0);
}

TEST_F(LauncherFolderTest, WhyADaemonEndedWhoseFolderIsGoneCanBeReadElsewhere) {
  const std::string name = "gone-" + std::to_string(::getpid());
  ASSERT_EQ(start({"-n", "1", "--daemon", "--name", name})->finish(), 0);
  const Watched launcher(Connection::find(name).launcher.pid);
  fs::remove_all(base_);
  EXPECT_TRUE(launcher.ends());
  const fs::path log = cluster::fallback_base() / (name + "~launcher.log");
  EXPECT_THAT(run({"status", "--name", name}).second, HasSubstr("It failed; " + log.string() + " says why."));
  EXPECT_THAT(text_of(log), HasSubstr("The cluster ends"));
  fs::remove(log);
}

TEST_F(LauncherFolderTest, WhereTheClusterIsWhoseRuntimeFolderThereIsNotIsSaidInOneLine) {
  const std::string name = "elsewhere-" + std::to_string(::getpid());
  ::setenv("XDG_RUNTIME_DIR", (base_ / "gone").c_str(), 1);
  const auto command = start({"-n", "1", "--daemon", "--name", name});
  EXPECT_EQ(command->finish(), 0);
  EXPECT_THAT(command->text(),
              ::testing::StartsWith("enginery: XDG_RUNTIME_DIR is " + (base_ / "gone").string() +
                                    ", which cannot be used (there is no such folder); clusters are in " +
                                    cluster::fallback_base().string() + "\nenginery: 1 engine of cluster"));
  EXPECT_EQ(Connection::find(name).directory, cluster::fallback_base() / name);
  EXPECT_EQ(run({"stop", "--name", name}).first, 0);
  ::setenv("XDG_RUNTIME_DIR", base_.c_str(), 1);
}

TEST_F(LauncherFolderTest, WhyADaemonDidNotStartCanBeReadUntilTheNextStart) {
  misbehave("engine dies early");
  ASSERT_EQ(start({"-n", "1", "--daemon"})->finish(), 1);
  const fs::path log = folder().parent_path() / "default~launcher.log";
  EXPECT_THAT(run({"status"}).second, HasSubstr("It failed; " + log.string() + " says why."));
  EXPECT_THAT(text_of(log), HasSubstr("exit status 3. Its last words:\n  no such plugin"));
  misbehave("");
  const auto command = start_ready();
  EXPECT_EQ(start({"-n", "1", "--daemon"})->finish(), 1);
  EXPECT_FALSE(fs::exists(log)) << "a second start says nothing of the cluster that runs";
}

}  // namespace
}  // namespace enginery::testing_processes
