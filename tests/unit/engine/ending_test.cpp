// tests/unit/engine/ending_test.cpp: the end of an engine, in children of this process that end so.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/ending.hpp"

namespace enginery::engine {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ExitedWithCode;
using testing::HasSubstr;
using testing::Not;

// What the pages say.
static_assert(Ending::Limits().task == 1s && Ending::Limits().all == 5s);

constexpr Ending::Limits kLong{30s, 60s};

void say(const char* words) { std::fprintf(stderr, "%s;", words); }

/// An ending whose steps are said on stderr. Never destroyed, as in an engine.
Ending& ending(
    Ending::Limits limits, std::function<void()> stop = [] {}) {
  return *new Ending({.stop =
                          [stop] {
                            say("stop");
                            stop();
                          },
                      .lost = [](const std::string& words) { say(words.c_str()); },
                      .last = [] { say("last"); }},
                     limits);
}

void begin(Ending& ends, int status) {
  std::thread([&ends, status] { ends.begin(status); }).detach();
}

class EndingDeathTest : public testing::Test {
 protected:
  EndingDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(EndingDeathTest, TheMainThreadDropsTheObjectsAndThenRunsTheExitHandlers) {
  const auto end = [] {
    std::atexit([] { say("ran at exit"); });
    std::promise<void> asked;
    Ending& ends = ending(kLong, [&] { asked.set_value(); });
    begin(ends, 3);
    asked.get_future().wait();  // as a task does that listens
    ends.finish([] { say("clear"); });
  };
  EXPECT_EXIT(end(), ExitedWithCode(3), "^stop;clear;ran at exit;$");
}

TEST_F(EndingDeathTest, ATaskThatGoesOnIsNotWaitedForAndTheLogSaysWhatIsLost) {
  const auto end = [] {
    std::atexit([] { say("ran at exit"); });
    ending({50ms, 60s}).begin(0);
  };
  EXPECT_EXIT(end(), ExitedWithCode(0),
              AllOf(HasSubstr("was still busy 0.05 s after"), HasSubstr("last;"), Not(HasSubstr("ran at exit"))));
}

TEST_F(EndingDeathTest, ADestructorThatHangsDoesNotHoldUpTheEnd) {
  const auto end = [] {
    Ending& ends = ending({30s, 50ms});
    begin(ends, 0);
    while (!ends.begun()) std::this_thread::yield();
    ends.finish([] { std::this_thread::sleep_for(1h); });
  };
  EXPECT_EXIT(end(), ExitedWithCode(0), AllOf(HasSubstr("took longer than 0.05 s"), HasSubstr("last;")));
}

TEST_F(EndingDeathTest, AnExitHandlerThatHangsDoesNotEither) {
  const auto end = [] {
    std::atexit([] { std::this_thread::sleep_for(1h); });
    Ending& ends = ending({30s, 50ms});
    begin(ends, 0);
    while (!ends.begun()) std::this_thread::yield();
    ends.finish([] {});
  };
  EXPECT_EXIT(end(), ExitedWithCode(0), HasSubstr("took longer than 0.05 s"));
}

TEST_F(EndingDeathTest, ASecondWordEndsItAtOnceAndAReaderOfAStreamDoesNotHoldThatUp) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the thread sanitizer's own _exit waits for the lock of stdout";
#endif
  const auto end = [] {
    Ending& ends = ending(kLong);
    begin(ends, 0);
    std::thread([] {
      ::flockfile(stdout);
      std::this_thread::sleep_for(1h);
    }).detach();
    while (::ftrylockfile(stdout) == 0) {
      ::funlockfile(stdout);
      std::this_thread::yield();
    }
    ends.hurry(4);
  };
  EXPECT_EXIT(end(), ExitedWithCode(4), HasSubstr("last;"));
}

TEST_F(EndingDeathTest, TheFirstOfSeveralReasonsCounts) {
  const auto end = [] {
    Ending& ends = ending(kLong);
    begin(ends, 5);
    while (!ends.begun()) std::this_thread::yield();
    begin(ends, 6);
    ends.finish([] {});
  };
  EXPECT_EXIT(end(), ExitedWithCode(5), "");
}

}  // namespace
}  // namespace enginery::engine
