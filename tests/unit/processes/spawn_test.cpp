// tests/unit/processes/spawn_test.cpp: what a started process gets, how it ends, and where programs are.
#include "core/processes/spawn.hpp"

#include <sys/wait.h>

#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

namespace enginery::cluster {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What /bin/sh prints.
std::string said(const std::string& script, std::vector<std::string> environment = {}) {
  Pipe pipe = Pipe::open();
  const Started shell = spawn({.file = "/bin/sh",
                               .arguments = {"-c", script},
                               .out = pipe.writing.get(),
                               .environment = std::move(environment)});
  pipe.writing.reset();
  std::string text = read_all(pipe.reading);
  reap(shell.pid);
  return text;
}

TEST(SpawnTest, AProcessHasThisOnesEnvironmentUnlessItIsGivenAnother) {
  ::setenv("ENGINERY_SPAWN_TEST", "mine", 1);
  EXPECT_EQ(said("echo $ENGINERY_SPAWN_TEST"), "mine\n");
  EXPECT_EQ(said("echo $ENGINERY_SPAWN_TEST", {"ENGINERY_SPAWN_TEST=another"}), "another\n");
  EXPECT_EQ(said("echo $ENGINERY_SPAWN_TEST", {"OTHER=1"}), "\n");
  ::unsetenv("ENGINERY_SPAWN_TEST");
}

TEST(SpawnTest, WhatItWritesToItsLinkIsReadHere) {
  const Started shell = spawn({.file = "/bin/sh", .arguments = {"-c", "echo word >&3"}});
  EXPECT_EQ(read_all(shell.link), "word\n");
  reap(shell.pid);
}

TEST(SpawnTest, ReapSaysHowAChildEndedAndThatAnotherTookIt) {
  const Started seven = spawn({.file = "/bin/sh", .arguments = {"-c", "exit 7"}});
  const int status = reap(seven.pid);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(reap(seven.pid), -1);
  const Started killed = spawn({.file = "/bin/sh", .arguments = {"-c", "kill -KILL $$"}});
  const int signal = reap(killed.pid);
  EXPECT_TRUE(WIFSIGNALED(signal));
  EXPECT_EQ(WTERMSIG(signal), SIGKILL);
}

TEST(SpawnTest, WhatCannotBeStartedIsNamed) {
  try {
    spawn({.file = "/nonexistent/program", .arguments = {}});
    FAIL() << "it was started";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::StartsWith("/nonexistent/program cannot be started: No such file"));
  }
}

TEST(PathTest, FoldersComeInTheirOrderAndAnEmptyOneIsTheCurrent) {
  const std::string before = std::getenv("PATH");
  ::setenv("PATH", "/one::/two", 1);
  EXPECT_THAT(places_in_path("tool"), ElementsAre("/one/tool", fs::current_path() / "tool", "/two/tool"));
  EXPECT_THAT(places_in_path("tool", EmptyElement::is_left_out), ElementsAre("/one/tool", "/two/tool"));
  ::setenv("PATH", "", 1);
  EXPECT_THAT(places_in_path("tool"), IsEmpty());
  ::setenv("PATH", before.c_str(), 1);
}

TEST(PathTest, WhereTheCurrentFolderIsGoneTheOthersAreLeft) {
  const std::string path = std::getenv("PATH");
  const fs::path before = fs::current_path();
  std::string folder = fs::temp_directory_path() / "gone-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  fs::current_path(folder);
  fs::remove(folder);
  ::setenv("PATH", "/one:.::/two", 1);
  EXPECT_THAT(places_in_path("tool"), ElementsAre("/one/tool", "/two/tool"));
  ::setenv("PATH", path.c_str(), 1);
  fs::current_path(before);
}

TEST(PathTest, OnlyAFileThatMayBeExecutedCanRun) {
  EXPECT_TRUE(can_run("/bin/sh"));
  EXPECT_FALSE(can_run("/bin"));
  EXPECT_FALSE(can_run("/etc/passwd"));
  EXPECT_FALSE(can_run("/nonexistent/program"));
}

}  // namespace
}  // namespace enginery::cluster
