// tests/unit/transport/hearing_test.cpp: whether a peer has been silent for too long.
#include "core/transport/subscription.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace enginery::transport {
namespace {

using namespace std::chrono_literals;

class HearingTest : public testing::Test {
 protected:
  bool after(Hearing::Duration time) {
    now_ += time;
    return hearing_.tick(now_);
  }

  Hearing::Time now_{1h};
  Hearing hearing_{3s, now_};
};

TEST_F(HearingTest, ASilenceIsToldWhenItsTimeIsOver) {
  EXPECT_EQ(hearing_.next(now_), now_ + 3s);
  EXPECT_FALSE(after(2999ms));
  EXPECT_TRUE(after(1ms));
  EXPECT_FALSE(after(1ms)) << "once";
}

TEST_F(HearingTest, WhoIsHeardInTimeIsNotSilent) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(after(2s));
    hearing_.on_heard(now_);
  }
}

TEST_F(HearingTest, EachSilenceIsWaitedForTwiceAsLongUpToAMinute) {
  for (const auto patience : {3s, 6s, 12s, 24s, 48s, 60s, 60s}) {
    EXPECT_FALSE(after(patience - 1ms));
    EXPECT_TRUE(after(1ms));
  }
}

TEST_F(HearingTest, WhatIsHeardMakesThePatienceShortAgain) {
  EXPECT_TRUE(after(3s));
  EXPECT_TRUE(after(6s));
  EXPECT_EQ(hearing_.next(now_), now_ + 3s) << "something may be heard until then";
  hearing_.on_heard(now_);
  EXPECT_FALSE(after(2999ms));
  EXPECT_TRUE(after(1ms));
}

}  // namespace
}  // namespace enginery::transport
