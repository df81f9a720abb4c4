// tests/process/launcher_test.cpp: the command `enginery` starts and ends real processes, and leaves nothing behind.
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>

#include "core/clusters/runtime_directory.hpp"
#include "tests/process/launcher_fixture.hpp"

namespace enginery::testing_processes {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// What holds for fake and for true hubs and engines.
class AnyLauncherTest : public LauncherTest, public ::testing::WithParamInterface<const char*> {
 protected:
  AnyLauncherTest() { fake_ = GetParam() == std::string("fake"); }
};
INSTANTIATE_TEST_SUITE_P(Children, AnyLauncherTest, ::testing::Values(ENGINERY_TEST_CHILDREN),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(AnyLauncherTest, AStartSaysWhenAllEnginesAreReadyAndWritesTheConnectionFile) {
  const auto command = start_ready({"-n", "3"});
  EXPECT_THAT(command->text_so_far(), HasSubstr("enginery: 3 engines of cluster 'default' are ready ("));
  const Connection connection = Connection::find();
  EXPECT_EQ(connection.cluster, "default");
  EXPECT_EQ(connection.launcher.pid, command->pid());
  EXPECT_TRUE(connection.hub.process.alive());
  EXPECT_EQ(connection.directory, folder());
  EXPECT_EQ(fs::status(folder()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(folder() / "connection.json").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(children_of(command->pid()), SizeIs(4));
}

TEST_P(AnyLauncherTest, CtrlCEndsEverythingWithStatusZero) {
  const auto command = start_ready();
  const auto children = children_of(command->pid());
  command->signal(SIGINT);
  EXPECT_EQ(command->finish(), 0) << command->text();
  expect_nothing_left(children);
}

TEST_P(AnyLauncherTest, AHangUpEndsEverything) {
  const auto command = start_ready();
  const auto children = children_of(command->pid());
  command->signal(SIGHUP);
  EXPECT_EQ(command->finish(), 0);
  expect_nothing_left(children);
}

/// As a parent that ignores and blocks signals.
class Deaf {
 public:
  Deaf() {
    ::sigemptyset(&ends_);
    ::sigaddset(&ends_, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &ends_, nullptr);
  }
  ~Deaf() {
    ::signal(SIGTERM, term_);
    ::signal(SIGCHLD, child_);
    ::sigprocmask(SIG_UNBLOCK, &ends_, nullptr);
  }
  Deaf(const Deaf&) = delete;

 private:
  const sighandler_t term_ = ::signal(SIGTERM, SIG_IGN), child_ = ::signal(SIGCHLD, SIG_IGN);
  sigset_t ends_;
};

TEST_P(AnyLauncherTest, WhatItsParentDidToSignalsMakesNoDifference) {
  const auto command = [this] {
    const Deaf deaf;
    return start_ready();
  }();
  const Connection connection = Connection::find();
  const auto children = children_of(command->pid());
  for (const Watched& child : children) {
    if (child.pid() == connection.hub.process.pid) continue;
    send_signal(child.pid(), SIGKILL);
    break;
  }
  EXPECT_TRUE(command->writes("died: signal 9 (Killed); ")) << command->text_so_far();
  const auto [status, text] = run({"stop"});
  EXPECT_EQ(status, 0) << text;
  EXPECT_EQ(command->finish(), 0) << command->text();
}

TEST_P(AnyLauncherTest, StopReturnsWhenNothingIsLeft) {
  const auto command = start_ready();
  const auto children = children_of(command->pid());
  const auto [status, text] = run({"stop"});
  EXPECT_EQ(status, 0) << text;
  for (const Watched& child : children) EXPECT_FALSE(child.running());
  EXPECT_FALSE(fs::exists(folder()));
  EXPECT_EQ(command->finish(), 0);
}

TEST_P(AnyLauncherTest, AKilledLauncherLeavesNeitherProcessNorFile) {
  const auto command = start_ready();
  const auto children = children_of(command->pid());
  command->signal(SIGKILL);
  EXPECT_EQ(command->finish(), 128 + SIGKILL);
  expect_nothing_left(children);
}

TEST_P(AnyLauncherTest, ASecondStartOfTheNameIsRefusedAndOneOfAnotherNameIsNot) {
  const auto command = start_ready();
  const auto second = start();
  EXPECT_EQ(second->finish(), 1);
  EXPECT_THAT(second->text(), HasSubstr("cluster 'default' is running already (launcher pid " +
                                        std::to_string(command->pid()) + "). End it with `enginery stop`"));
  const auto other = start_ready({"-n", "1", "--name", "other"});
  EXPECT_EQ(cluster::running_clusters(), (std::vector<std::string>{"default", "other"}));
  EXPECT_EQ(run({"stop", "--all"}).first, 0);
  EXPECT_THAT(cluster::running_clusters(), IsEmpty());
}

TEST_P(AnyLauncherTest, LeftoversOfADeadClusterDoNotHinder) {
  {
    const auto command = start_ready();
    const Watched hub(Connection::find().hub.process.pid);
    send_signal(hub.pid(), SIGSTOP);
    command->signal(SIGKILL);
    command->finish();
    send_signal(hub.pid(), SIGKILL);
    EXPECT_TRUE(hub.ends());
  }
  ASSERT_TRUE(fs::exists(folder() / "connection.json"));
  EXPECT_THROW(Connection::find(), ConnectionError);
  const auto command = start_ready();
  EXPECT_EQ(Connection::find().launcher.pid, command->pid());
}

TEST_P(AnyLauncherTest, ADaemonReturnsWhenAllEnginesAreReadyAndGoesOn) {
  const auto [status, text] = [&] {
    const auto command = start({"-n", "2", "--daemon"});
    return std::pair(command->finish(), command->text());
  }();
  EXPECT_EQ(status, 0);
  EXPECT_THAT(text, HasSubstr("2 engines of cluster 'default' are ready"));
  const Connection connection = Connection::find();
  const auto children = children_of(connection.launcher.pid);
  EXPECT_THAT(children, SizeIs(3));
  EXPECT_NE(::getsid(connection.launcher.pid), ::getsid(0));
  EXPECT_EQ(run({"stop"}).first, 0);
  expect_nothing_left(children);
}

TEST_P(AnyLauncherTest, AnEngineThatIsKilledIsReportedAndTheOthersGoOn) {
  const auto command = start_ready();
  const Connection connection = Connection::find();
  for (const Watched& child : children_of(command->pid()))
    if (child.pid() != connection.hub.process.pid) {
      send_signal(child.pid(), SIGKILL);
      break;
    }
  EXPECT_TRUE(command->writes("died: signal 9 (Killed); 1 of 2 engines left"));
  EXPECT_TRUE(connection.hub.process.alive());
  command->signal(SIGTERM);
  EXPECT_EQ(command->finish(), 0);
}

TEST_P(AnyLauncherTest, AHubThatDiesIsStartedAnewAtItsAddressesAndTheEnginesGoOn) {
  const auto command = start_ready();
  const Connection before = Connection::find();
  const auto children = children_of(command->pid());
  send_signal(before.hub.process.pid, SIGKILL);
  ASSERT_TRUE(command->writes("died: signal 9 (Killed); it is started anew"));
  ASSERT_TRUE(command->writes("the hub is back (pid ")) << command->text_so_far();
  const Connection after = Connection::find();
  EXPECT_TRUE(after.hub.process.alive());
  EXPECT_NE(after.hub.uuid, before.hub.uuid);
  EXPECT_EQ(after.hub.requests, before.hub.requests);
  EXPECT_EQ(after.hub.notifications, before.hub.notifications);
  for (const Watched& child : children)
    EXPECT_EQ(child.running(), child.pid() != before.hub.process.pid) << child.pid();
  command->signal(SIGTERM);
  EXPECT_EQ(command->finish(), 0);
  expect_nothing_left(children);
}

TEST_P(AnyLauncherTest, WithRestartAnEngineThatDiesComesBackAndTheOthersGoOn) {
  const auto command = start_ready({"-n", "2", "--restart"});
  const int hub = Connection::find().hub.process.pid;
  std::vector<Watched> engines;
  for (Watched& child : children_of(command->pid()))
    if (child.pid() != hub) engines.push_back(std::move(child));
  send_signal(engines[0].pid(), SIGKILL);
  EXPECT_TRUE(command->writes("died: signal 9 (Killed); 1 of 2 engines left; it is started anew"));
  EXPECT_TRUE(command->writes(" is back (pid ")) << command->text_so_far();
  EXPECT_TRUE(engines[1].running());
  EXPECT_THAT(children_of(command->pid()), SizeIs(3));
  command->signal(SIGTERM);
  EXPECT_EQ(command->finish(), 0);
}

TEST_P(AnyLauncherTest, TheEndOfItsOwnersPipeEndsTheCluster) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  Descriptor mine(ends[0]), given(ends[1]);
  const auto command = start_ready({"-n", "1", "--fd", std::to_string(given.get())}, given.get());
  given = Descriptor();
  char path[256] = {};
  ASSERT_TRUE(readable(mine.get()));
  ASSERT_GT(::read(mine.get(), path, sizeof path - 1), 0);
  EXPECT_EQ(path, (folder() / "connection.json").string() + "\n");
  const auto children = children_of(command->pid());
  mine = Descriptor();
  EXPECT_EQ(command->finish(), 0);
  expect_nothing_left(children);
}

TEST_F(LauncherTest, AnEngineThatDiesEarlyFailsTheStartWithWords) {
  misbehave("engine dies early");
  const auto command = start({"-n", "2"});
  EXPECT_EQ(command->finish(), 1);
  EXPECT_THAT(command->text(), HasSubstr("ended before all engines of cluster 'default' were ready: exit status 3"));
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(LauncherTest, AHubThatDiesAgainAndAgainIsGivenUpAndEverythingEnds) {
  const auto command = [this] {
    misbehave("hub dies again");
    return start_ready();
  }();
  const auto children = children_of(command->pid());
  send_signal(Connection::find().hub.process.pid, SIGKILL);
  EXPECT_EQ(command->finish(), 1);
  EXPECT_THAT(command->text(), HasSubstr("died: exit status 4, and so did 5 before it; its engines are ended"));
  expect_nothing_left(children);
}

TEST_F(LauncherTest, WhyADaemonsClusterFailedCanBeReadUntilTheNextStart) {
  misbehave("hub dies again");
  ASSERT_EQ(start({"-n", "1", "--daemon"})->finish(), 0);
  const Connection connection = Connection::find();
  const Watched launcher(connection.launcher.pid);
  send_signal(connection.hub.process.pid, SIGKILL);
  EXPECT_TRUE(launcher.ends());
  const fs::path log = folder().parent_path() / "default~launcher.log";
  const auto [status, text] = run({"status"});
  EXPECT_EQ(status, 1);
  EXPECT_THAT(text, HasSubstr("It failed; " + log.string() + " says why."));
  std::stringstream said;
  said << std::ifstream(log).rdbuf();
  EXPECT_THAT(said.str(), HasSubstr("died: exit status 4, and so did 5 before it"));
  misbehave("");
  ASSERT_EQ(start({"-n", "1", "--daemon"})->finish(), 0);
  EXPECT_FALSE(fs::exists(log));
  EXPECT_EQ(run({"stop"}).first, 0);
}

TEST_F(LauncherTest, ADaemonWhoseEngineDiesEarlyFailsWithTheEnginesLastWords) {
  misbehave("engine dies early");
  const auto command = start({"-n", "2", "--daemon"});
  EXPECT_EQ(command->finish(), 1);
  EXPECT_THAT(command->text(), HasSubstr("exit status 3. Its last words:\n  no such plugin"));
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(LauncherTest, EnginesThatAreNotReadyInTimeAreNamed) {
  misbehave("engine is silent");
  const auto command = start({"-n", "2", "--timeout", "0.3"});
  EXPECT_EQ(command->finish(), 1);
  EXPECT_THAT(command->text(), HasSubstr("these were not ready within 0.3 s: 0, 1. --timeout gives them longer"));
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(LauncherTest, AStartThatIsInterruptedHasFailed) {
  misbehave("engine is silent");
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const auto command = start({"-n", "1"});
    ASSERT_TRUE(command->writes("silent"));
    command->signal(number);
    EXPECT_EQ(command->finish(), 128 + number);
    EXPECT_THAT(command->text(), HasSubstr("stopped before all engines were ready"));
    EXPECT_FALSE(fs::exists(folder()));
  }
}

TEST_F(LauncherTest, AnEngineThatDoesNotGoIsKilled) {
  misbehave("engine stays");
  const auto command = start_ready({"-n", "1"});
  const auto children = children_of(command->pid());
  const auto asked = std::chrono::steady_clock::now();
  command->signal(SIGINT);
  EXPECT_EQ(command->finish(), 0);
  EXPECT_GE(std::chrono::steady_clock::now() - asked, std::chrono::seconds(7)) << "an end takes up to five";
  expect_nothing_left(children);
}

TEST_F(LauncherTest, ASecondCtrlCKillsAtOnce) {
  misbehave("engine stays");
  const auto command = start_ready({"-n", "1"});
  const auto children = children_of(command->pid());
  command->signal(SIGINT);
  ASSERT_TRUE(command->writes("stays"));
  const auto asked = std::chrono::steady_clock::now();
  command->signal(SIGINT);
  EXPECT_EQ(command->finish(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::milliseconds(1900));
  expect_nothing_left(children);
}

TEST_F(LauncherTest, WhatAnEngineStartedEndsWithIt) {
  misbehave("engine has a child");
  const auto command = start_ready({"-n", "1"});
  std::vector<Watched> grandchildren;
  for (const Watched& child : children_of(command->pid()))
    for (Watched& grandchild : children_of(child.pid())) grandchildren.push_back(std::move(grandchild));
  EXPECT_THAT(grandchildren, SizeIs(1));
  command->signal(SIGINT);
  EXPECT_EQ(command->finish(), 0);
  expect_nothing_left(grandchildren);
}

TEST_F(LauncherTest, AFolderThatOthersCouldWriteToIsRefused) {
  fs::create_directory(base_ / "enginery");
  fs::permissions(base_ / "enginery", fs::perms::owner_all);
  fs::create_directory(folder());
  fs::permissions(folder(), fs::perms::all);
  const auto open = start();
  EXPECT_EQ(open->finish(), 1);
  EXPECT_THAT(open->text(), HasSubstr("its mode is 0777, not 0700"));
  fs::remove(folder());
  fs::create_directory_symlink(base_, folder());
  const auto linked = start();
  EXPECT_EQ(linked->finish(), 1);
  EXPECT_THAT(linked->text(), HasSubstr("it is a symbolic link"));
}

TEST_F(LauncherTest, AStopOfNoClusterSaysWhichThereAre) {
  const auto command = start_ready({"-n", "1", "--name", "mine"});
  const auto [status, text] = run({"stop"});
  EXPECT_EQ(status, 1);
  EXPECT_THAT(text, HasSubstr("there is no cluster 'default' to stop. Running: mine\n"));
}

TEST_F(LauncherTest, ALevelInTheEnvironmentThatIsNoneHindersOnlyAStart) {
  ::setenv("ENGINERY_LOG", "loud", 1);
  const auto [started, words] = run({"start", "-n", "1"});
  const int listed = run({"list"}).first;
  ::unsetenv("ENGINERY_LOG");
  EXPECT_EQ(started, 1);
  EXPECT_THAT(words, HasSubstr("$ENGINERY_LOG: there is no log level 'loud'; it is one of debug, info"));
  EXPECT_EQ(listed, 0);
}

TEST_F(LauncherTest, WrongUseIsStatusTwo) {
  EXPECT_EQ(run({}).first, 2);
  EXPECT_EQ(run({"start", "-n", "many"}).first, 2);
  EXPECT_EQ(run({"start", "--help"}).first, 0);
  EXPECT_EQ(run({"start", "--name", "a/b"}).first, 2);
}

}  // namespace
}  // namespace enginery::testing_processes
