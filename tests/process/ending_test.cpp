// tests/process/ending_test.cpp: what engines leave in files when they end.
#include <signal.h>

#include <fstream>
#include <iterator>
#include <memory>

#include <enginery/stop.hpp>

#include "tests/process/restart_fixture.hpp"

namespace enginery {
namespace {

using testing::HasSubstr;

/// Has its text in a buffer until it is destroyed.
struct Journal {
  explicit Journal(const std::string& path) : file(path) { file << "row 1\n"; }
  ~Journal() { file << "row 2\n"; }
  std::ofstream file;
};

std::string at_exit;  // what the exit handler writes to

void keep_journal(const std::string& path) {
  globals()["journal"] = Value::opaque(std::make_shared<Journal>(path));
  at_exit = path + ".handler";
  std::atexit([] { std::ofstream(at_exit) << "ran\n"; });
}

void run_until_asked(const std::string& path) {
  Journal local(path);
  while (!stop_requested()) std::this_thread::yield();
}

void run_for_ever(const std::string& path) {
  std::ofstream(path) << "began\n";
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class EndingTest : public RestartingTest {
 protected:
  std::filesystem::path file(const char* name = "journal") const { return folder_ / name; }
  void expect_written() const {
    EXPECT_EQ(text_of(file()), "row 1\nrow 2\n");
    EXPECT_EQ(text_of(file("journal.handler")), "ran\n");
  }
};

TEST_F(EndingTest, AStopWritesWhatObjectsAndExitHandlersHold) {
  start_engines(1);
  on(0).apply_sync(keep_journal, file().string());
  EXPECT_EQ(text_of(file()), "");
  ASSERT_EQ(run("stop"), 0);
  started_ = false;
  expect_written();
}

TEST_F(EndingTest, ARestartDoesSo) {
  start_engines(1);
  on(0).apply_sync(keep_journal, file().string());
  rc().restart(0);
  expect_written();
}

TEST_F(EndingTest, ASignalToAnEngineThatJoinedByItselfDoesSo) {
  start_engines(0, "");
  const int engine = join();
  rc().wait_for_engines(1, Seconds(30));
  rc()[-1].apply_sync(keep_journal, file().string());
  send_signal(engine, SIGTERM);
  int status = -1;
  ASSERT_EQ(::waitpid(engine, &status, 0), engine);
  joined_.clear();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  expect_written();
}

TEST_F(EndingTest, TheDeathOfTheLauncherDoesSoAndWhatTasksStartedEnds) {
  start_engines(1);
  on(0).apply_sync(keep_journal, file().string());
  const auto child = on(0).apply_sync([]() -> std::int64_t {
    const pid_t started = ::fork();
    if (started == 0)
      for (;;) ::pause();
    return started;
  });
  const std::int64_t engine = pid(0);
  send_signal(connection().launcher.pid, SIGKILL);
  started_ = false;
  EXPECT_TRUE(comes([&] { return !ProcessId::of(static_cast<int>(engine)); }));
  expect_written();
  EXPECT_TRUE(comes([&] { return !send_signal(child, 0); }));
  run("stop");  // removes the folder
}

TEST_F(EndingTest, AKillDoesNoneOfIt) {
  start_engines(1);
  on(0).apply_sync(keep_journal, file().string());
  rc().kill(0);
  EXPECT_EQ(text_of(file()), "");
  EXPECT_FALSE(std::filesystem::exists(file("journal.handler")));
}

TEST_F(EndingTest, ATaskThatListensIsAskedAndReturnsFirst) {
  start_engines(1);
  on(0).apply_sync(keep_journal, file().string());
  const auto running = on(0).apply_async(run_until_asked, file("local").string());
  ASSERT_TRUE(comes([&] { return std::filesystem::exists(file("local")); }));
  rc().restart(0);
  EXPECT_EQ(text_of(file("local")), "row 1\nrow 2\n");
  expect_written();
}

TEST_F(EndingTest, ATaskThatDoesNotListenIsNamedWithWhatIsLost) {
  start_cluster("start --daemon -n 1");
  client_.emplace();
  on(0).apply_sync(keep_journal, file().string());
  const auto running = on(0).apply_async(run_for_ever, file("began").string());
  ASSERT_TRUE(comes([&] { return text_of(file("began")) == "began\n"; }));
  const std::filesystem::path log = std::filesystem::path(connection().directory) / "engine-0.log";
  rc().restart(0);
  EXPECT_EQ(text_of(file()), "") << "no destructor ran";
  EXPECT_THAT(text_of(log), HasSubstr("was still busy 1 s after it was asked to stop"));
}

TEST_F(EndingTest, WhatDestructorsPrintIsInTheLog) {
  start_cluster("start --daemon -n 1");
  client_.emplace();
  on(0).apply_sync([] {
    const auto last = std::shared_ptr<int>(new int, [](int* number) {
      delete number;
      std::cout << "closed the experiment" << std::endl;
    });
    globals()["last"] = Value::opaque(last);
  });
  const std::filesystem::path log = std::filesystem::path(connection().directory) / "engine-0.log";
  rc().restart(0);
  EXPECT_THAT(text_of(log), HasSubstr("closed the experiment"));
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
