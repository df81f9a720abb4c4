// tests/process/death_test.cpp: what the error of a task says when its engine has died.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "tests/process/cluster_fixture.hpp"
#include "tests/sanitized.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

void say_and_abort(const std::string& words) {
  std::fputs(words.c_str(), stderr);
  std::abort();
}
void say_and_exit(int status) {
  std::fputs("giving up\n", stderr);
  std::exit(status);
}
/// Lets what it says be read first: what is in no other process' hands dies with SIGKILL.
void say_and_be_killed(const std::string& words) {
  std::fputs(words.c_str(), stderr);
  std::this_thread::sleep_for(200ms);
  ::kill(::getpid(), SIGKILL);
}
int overflow(int depth) {
  volatile char frame[4096] = {};
  return depth < 0 ? 0 : overflow(depth + 1) + frame[0];
}
int add(int a, int b) { return a + b; }

class DeathTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    start_engines(2, "");
  }
  template <class Result>
  static EngineDied death_of(const Result& result) {
    try {
      result.get(Seconds(30));
    } catch (const EngineDied& error) {
      return error;
    }
    ADD_FAILURE() << "it lives";
    return EngineDied(-1, "", "");
  }
};

TEST_F(DeathTest, TheTaskThatRanAndTheLastWordsAreInTheError) {
  const EngineDied error = death_of(on(0).apply_async(say_and_abort, "one\nAssertion `rows == cols' failed.\n"));
  EXPECT_THAT(error.what(),
              StartsWith("engine 0 died (signal 6 (Aborted)) while it ran enginery::say_and_abort. Its last words:\n"
                         "one\nAssertion `rows == cols' failed.\n`enginery status` lists"));
  EXPECT_EQ(error.state(), AtDeath::running);
  EXPECT_EQ(error.ran(), "enginery::say_and_abort");
  EXPECT_EQ(error.last_words(), "one\nAssertion `rows == cols' failed.\n");
  EXPECT_EQ(on(1).apply_sync(add, 1, 2), 3);
}

TEST_F(DeathTest, HoweverItDies) {
  const EngineDied killed = death_of(on(0).apply_async(say_and_be_killed, "out of memory, it seems\n"));
  EXPECT_EQ(killed.how(), "signal 9 (Killed)");
  EXPECT_EQ(killed.last_words(), "out of memory, it seems\n");
  EXPECT_EQ(killed.ran(), "enginery::say_and_be_killed");
  const EngineDied ended = death_of(on(1).apply_async(say_and_exit, 3));
  EXPECT_THAT(ended.how(), kSanitized ? StartsWith("exit status ") : StartsWith("exit status 3"));
  EXPECT_EQ(ended.last_words(), "giving up\n");
  EXPECT_EQ(ended.state(), AtDeath::running);
}

TEST_F(DeathTest, AnOverflownStackSaysWhatRan) {
  const EngineDied error = death_of(on(0).apply_async(overflow, 0));
  if (!kSanitized) {  // which end it in their own way
    EXPECT_EQ(error.how(), "signal 11 (Segmentation fault)");
  }
  EXPECT_EQ(error.ran(), "enginery::overflow");
}

TEST_F(DeathTest, WhatWaitedBehindItHadNotStarted) {
  const auto crashed = on(0).apply_async(say_and_be_killed, "");
  const auto queued = on(0).apply_async(add, 1, 2);
  const EngineDied error = death_of(queued);
  EXPECT_EQ(error.state(), AtDeath::not_started);
  EXPECT_THAT(error.what(), HasSubstr("while it ran enginery::say_and_be_killed; enginery::add had not started"));
  EXPECT_THAT(error.what(), Not(HasSubstr("may have run")));
  const EngineDied late = death_of(on(0).apply_async(add, 1, 2));
  EXPECT_EQ(late.state(), AtDeath::not_started) << "it was submitted after the death";
}

TEST_F(DeathTest, AnotherClientsTaskMayHaveRun) {
  const Client other;
  other.wait_for_engines(2, Seconds(30));
  const auto crashed = other[0].apply_async(say_and_be_killed, "not mine\n");
  const EngineDied error = death_of(on(0).apply_async(add, 1, 2));
  EXPECT_EQ(error.state(), AtDeath::unknown) << "two clients' tasks take turns";
  EXPECT_THAT(error.what(), HasSubstr("while it ran enginery::say_and_be_killed with enginery::add outstanding"));
  EXPECT_EQ(death_of(crashed).state(), AtDeath::running);
}

}  // namespace
}  // namespace enginery
