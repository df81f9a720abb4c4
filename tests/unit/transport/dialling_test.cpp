// tests/unit/transport/dialling_test.cpp: when a Line dials.
#include "core/transport/dialling.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace enginery::transport {
namespace {

using namespace std::chrono_literals;

class DiallingTest : public testing::Test {
 protected:
  Dialling::Duration pause() const { return dialling_.next_dial() - now_; }
  void connect() {
    ASSERT_TRUE(dialling_.want());
    ASSERT_TRUE(dialling_.on_success(now_));
  }

  Dialling dialling_{1s};
  Dialling::Time now_{1h};
};

TEST_F(DiallingTest, TheFirstDialIsAtOnceAndThereIsOneDialler) {
  EXPECT_TRUE(dialling_.want());
  EXPECT_LE(pause(), 0s);
  EXPECT_FALSE(dialling_.want());
  EXPECT_FALSE(dialling_.up());
  EXPECT_TRUE(dialling_.on_success(now_));
  EXPECT_TRUE(dialling_.up());
  EXPECT_FALSE(dialling_.want());
}

TEST_F(DiallingTest, PausesDoubleWithEachFailure) {
  ASSERT_TRUE(dialling_.want());
  for (const auto expected : {20ms, 40ms, 80ms, 160ms, 320ms, 320ms}) {
    dialling_.on_failure(now_);
    EXPECT_EQ(pause(), expected);
  }
}

TEST_F(DiallingTest, PatienceDoublesTwice) {
  ASSERT_TRUE(dialling_.want());
  for (const auto expected : {1s, 2s, 4s, 4s}) {
    EXPECT_EQ(dialling_.patience(), expected);
    dialling_.on_failure(now_);
  }
}

TEST_F(DiallingTest, AfterAConnectionThatWasOfUseThePauseIsNone) {
  ASSERT_TRUE(dialling_.want());
  dialling_.on_failure(now_);
  ASSERT_TRUE(dialling_.on_success(now_));
  now_ += Dialling::kGoodFor;
  dialling_.on_break(now_);
  EXPECT_FALSE(dialling_.up());
  EXPECT_EQ(pause(), 0s);
  EXPECT_EQ(dialling_.patience(), 1s);
  EXPECT_TRUE(dialling_.want());
}

TEST_F(DiallingTest, ConnectionsThatBreakAtOnceAreMadeMoreAndMoreSeldom) {
  for (const auto expected : {20ms, 40ms, 80ms}) {
    connect();
    dialling_.on_break(now_);
    EXPECT_EQ(pause(), expected);
  }
}

TEST_F(DiallingTest, ABreakCountsOnce) {
  connect();
  dialling_.on_break(now_);
  dialling_.on_break(now_);
  EXPECT_EQ(pause(), 20ms);
  ASSERT_TRUE(dialling_.want());
  dialling_.on_break(now_);
  EXPECT_TRUE(dialling_.on_success(now_)) << "that was the break of a former connection";
}

TEST_F(DiallingTest, ADiallerThatNobodyNeedsMakesRoomForTheNext) {
  ASSERT_TRUE(dialling_.want());
  dialling_.on_idle();
  EXPECT_TRUE(dialling_.want());
}

TEST_F(DiallingTest, WhatIsStoppedStaysSo) {
  ASSERT_TRUE(dialling_.want());
  dialling_.stop();
  EXPECT_TRUE(dialling_.stopped());
  EXPECT_FALSE(dialling_.on_success(now_));
  dialling_.on_idle();
  dialling_.on_break(now_);
  EXPECT_FALSE(dialling_.want());
  EXPECT_FALSE(dialling_.up());
}

}  // namespace
}  // namespace enginery::transport
