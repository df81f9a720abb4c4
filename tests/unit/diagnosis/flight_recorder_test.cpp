// tests/unit/diagnosis/flight_recorder_test.cpp: what is found of a process that has ended.
#include "core/diagnosis/flight_recorder.hpp"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include <gmock/gmock.h>

#include "core/processes/pid.hpp"

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

TEST_F(FlightRecorderTest, OfEachSessionItIsKnownWhatCertainlyDidNotBegin) {
  const Uuid mine = Uuid::random(), others = Uuid::random(), news = Uuid::random();
  FlightRecorder recorder(file_);
  recorder.task_begins(mine, 1);
  recorder.task_ends();
  recorder.task_begins(mine, 2);
  recorder.task_ends();
  recorder.task_begins(others, 7);
  const auto last = FlightRecorder::take(file_);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->state_of(mine, 1), AtDeath::finished);
  EXPECT_EQ(last->state_of(mine, 2), AtDeath::finished);
  EXPECT_EQ(last->state_of(mine, 3), AtDeath::not_started) << "though another session's task was running";
  EXPECT_EQ(last->state_of(others, 6), AtDeath::finished);
  EXPECT_EQ(last->state_of(others, 7), AtDeath::running);
  EXPECT_EQ(last->state_of(others, 8), AtDeath::not_started);
  EXPECT_EQ(last->state_of(news, 1), AtDeath::not_started) << "it had begun nothing";
}

TEST_F(FlightRecorderTest, WhatASessionBeganIsKnownBetweenTasksToo) {
  const Uuid session = Uuid::random();
  FlightRecorder recorder(file_);
  recorder.task_begins(session, 4);
  recorder.task_ends();
  const auto last = FlightRecorder::take(file_);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->state_of(session, 4), AtDeath::finished);
  EXPECT_EQ(last->state_of(session, 5), AtDeath::not_started);
}

TEST_F(FlightRecorderTest, TheSessionsThatBeganSomethingLastAreRemembered) {
  std::vector<Uuid> sessions(70);
  for (Uuid& session : sessions) session = Uuid::random();
  FlightRecorder recorder(file_);
  for (std::size_t i = 0; i < 64; ++i) recorder.task_begins(sessions[i], i + 1), recorder.task_ends();
  recorder.task_begins(sessions[0], 100);  // it is none of the oldest any more
  recorder.task_ends();
  for (std::size_t i = 64; i < 70; ++i) recorder.task_begins(sessions[i], i + 1), recorder.task_ends();
  const auto last = FlightRecorder::take(file_);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->begun.size(), 64U);
  EXPECT_EQ(last->state_of(sessions[0], 101), AtDeath::not_started);
  EXPECT_EQ(last->state_of(sessions[0], 100), AtDeath::finished);
  for (std::size_t i = 1; i < 7; ++i) EXPECT_EQ(last->state_of(sessions[i], 200), AtDeath::unknown) << i;
  for (std::size_t i = 7; i < 70; ++i) EXPECT_EQ(last->state_of(sessions[i], i + 2), AtDeath::not_started) << i;
  EXPECT_EQ(last->state_of(Uuid::random(), 1), AtDeath::unknown) << "it may be one that is not remembered";
}

TEST_F(FlightRecorderTest, ASessionThatHasEndedMakesRoomForAnother) {
  FlightRecorder recorder(file_);
  const Uuid kept = Uuid::random();
  recorder.task_begins(kept, 1);
  recorder.task_ends();
  for (int i = 0; i < 100; ++i) {
    const Uuid session = Uuid::random();
    recorder.task_begins(session, 1);
    recorder.task_ends();
    recorder.session_ends(session);
  }
  const auto last = FlightRecorder::take(file_);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->state_of(kept, 1), AtDeath::finished);
  EXPECT_EQ(last->begun.size(), 1U);
  EXPECT_EQ(last->state_of(Uuid::random(), 1), AtDeath::not_started);
}

TEST_F(FlightRecorderTest, TheItemOfAMapThatWasRunningIsKnown) {
  for (const bool ended : {false, true}) {
    FlightRecorder recorder(file_);
    recorder.task_begins(Uuid::random(), 1);
    recorder.item_begins(0);
    recorder.item_begins(41);
    if (ended) {
      recorder.task_ends();
      recorder.task_begins(Uuid::random(), 1);
    }
    const auto last = FlightRecorder::take(file_);
    ASSERT_TRUE(last && last->running);
    EXPECT_EQ(last->running->item, ended ? std::nullopt : std::optional<std::uint64_t>(41))
        << "an item is of its own task only";
  }
}

TEST_F(FlightRecorderTest, AKillAtAnyMomentLeavesARecordThatIsRight) {
  // The child tells what it has done; the record may be one step ahead of that, and never behind.
  const Uuid sessions[] = {Uuid::random(), Uuid::random(), Uuid::random()};
  for (int round = 0; round < 50; ++round) {
    int told[2];
    ASSERT_EQ(::pipe(told), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      FlightRecorder recorder(file_);
      for (std::uint64_t step = 1;; ++step) {
        recorder.task_begins(sessions[step % 3], step);
        if (::write(told[1], &step, sizeof step) != sizeof step) ::_exit(1);
        recorder.task_ends();
      }
    }
    ::close(told[1]);
    std::uint64_t heard = 0;
    for (int i = 0; i < 20 + round; ++i) ASSERT_EQ(::read(told[0], &heard, sizeof heard), ssize_t{sizeof heard});
    send_signal(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(told[0], &heard, sizeof heard) == ssize_t{sizeof heard}) {}
    const std::uint64_t step = heard;
    ::close(told[0]);
    const auto last = FlightRecorder::take(file_);
    ASSERT_TRUE(last);
    const auto state = [&](std::uint64_t seq) { return last->state_of(sessions[seq % 3], seq); };
    EXPECT_THAT(state(step), testing::AnyOf(AtDeath::running, AtDeath::finished));
    EXPECT_EQ(state(step - 1), AtDeath::finished);
    EXPECT_THAT(state(step + 1), testing::AnyOf(AtDeath::not_started, AtDeath::running));
    EXPECT_EQ(state(step + 2), AtDeath::not_started);
    EXPECT_EQ(state(step + 3), AtDeath::not_started);
  }
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
  recorder.item_begins(0);
  recorder.add("words");
  recorder.task_ends();
  recorder.session_ends(Uuid::random());
}

}  // namespace
}  // namespace enginery::cluster
