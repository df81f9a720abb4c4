// tests/unit/diagnosis/flight_recorder_test.cpp: what is found of a process that has ended.
#include "core/diagnosis/flight_recorder.hpp"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

namespace enginery::cluster {
namespace {

class FlightRecorderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (std::filesystem::temp_directory_path() / "enginery-flight-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    file_ = FlightRecorder::place(folder_, Uuid::random());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_, file_;
};

TEST_F(FlightRecorderTest, AKilledProcessLeavesTheTaskThatItRanAndItsLastLines) {
  const Uuid session = Uuid::random();
  const pid_t child = ::fork();
  if (child == 0) {
    FlightRecorder recorder(file_);
    recorder.task_begins(session, 6);
    recorder.task_is("first");
    recorder.add("words of a task that has ended\n");
    recorder.task_ends();
    recorder.task_begins(session, 7);
    recorder.task_is("norms.get_norms");
    recorder.add("one\n");
    recorder.add("two");
    ::raise(SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  const auto last = FlightRecorder::take(file_);
  ASSERT_TRUE(last && last->running);
  EXPECT_EQ(last->running->session, session);
  EXPECT_EQ(last->running->seq, 7u);
  EXPECT_EQ(last->running->name, "norms.get_norms");
  EXPECT_EQ(last->words, "one\ntwo");
  EXPECT_FALSE(std::filesystem::exists(file_)) << "it is taken once";
}

TEST_F(FlightRecorderTest, BetweenTasksThereAreNoLastWords) {
  FlightRecorder recorder(file_);
  recorder.task_begins(Uuid::random(), 1);
  recorder.add("of a task that has ended\n");
  recorder.task_ends();
  const auto last = FlightRecorder::take(file_);
  ASSERT_TRUE(last);
  EXPECT_FALSE(last->running);
  EXPECT_EQ(last->words, "");
}

TEST_F(FlightRecorderTest, OfMuchTextTheLastEightWholeLinesAreKept) {
  FlightRecorder recorder(file_);
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    recorder.add("line " + std::to_string(i) + "\n");
    if (i >= 992) expected += "line " + std::to_string(i) + "\n";
  }
  EXPECT_EQ(FlightRecorder::take(file_)->words, expected);
}

TEST_F(FlightRecorderTest, OfOneEndlessLineNothingIsKeptButTheEndOfLaterOnes) {
  {
    FlightRecorder recorder(file_);
    recorder.add(std::string(5000, 'x'));
    recorder.add("\nend");
  }
  EXPECT_EQ(FlightRecorder::take(file_)->words, "end");
}

TEST_F(FlightRecorderTest, WithoutATaskNoneIsNamed) {
  FlightRecorder recorder(file_);
  recorder.task_begins(Uuid::random(), 1);
  recorder.task_is(std::string(1000, 'n'));
  recorder.task_ends();
  const auto last = FlightRecorder::take(file_);
  ASSERT_TRUE(last);
  EXPECT_FALSE(last->running);
  EXPECT_EQ(last->words, "");
}

TEST_F(FlightRecorderTest, WhatIsNoRecordIsRefused) {
  EXPECT_FALSE(FlightRecorder::take(file_)) << "no file";
  std::ofstream(file_) << "short";
  EXPECT_FALSE(FlightRecorder::take(file_));
  std::ofstream(file_) << std::string(10000, 'x');
  EXPECT_FALSE(FlightRecorder::take(file_));
  ::mkfifo(file_.c_str(), 0600);
  EXPECT_FALSE(FlightRecorder::take(file_)) << "and it did not wait for a writer";
  std::filesystem::create_symlink("/etc/passwd", file_);
  EXPECT_FALSE(FlightRecorder::take(file_));
}

TEST_F(FlightRecorderTest, WithoutAFileNothingIsRecordedAndNothingBreaks) {
  FlightRecorder recorder(folder_ / "no" / "folder");
  recorder.task_begins(Uuid::random(), 1);
  recorder.task_is("name");
  recorder.add("words");
  recorder.task_ends();
}

}  // namespace
}  // namespace enginery::cluster
