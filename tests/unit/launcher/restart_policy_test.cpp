// tests/unit/launcher/restart_policy_test.cpp: delays between restarts, and when there is none any more.
#include "launcher/child.hpp"

#include <gtest/gtest.h>

namespace enginery::tools {
namespace {

using namespace std::chrono_literals;
using Time = RestartPolicy::Time;

class RestartPolicyTest : public ::testing::Test {
 protected:
  /// Starts it, lets it live for so long, and gives how long the policy wants to wait after its death.
  std::optional<Time::duration> delay_after(Time::duration life) {
    policy.began(now);
    now += life;
    const auto next = policy.died(now);
    if (!next) return std::nullopt;
    return *next - now;
  }

  RestartPolicy policy;
  Time now{1h};
};

TEST_F(RestartPolicyTest, EachDeathInARowDoublesTheDelayUpToTenSeconds) {
  for (const auto delay : {100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 6400ms, 10'000ms, 10'000ms})
    EXPECT_EQ(delay_after(1s), delay);
}

TEST_F(RestartPolicyTest, TheTenthDeathInARowIsTheLast) {
  for (int i = 1; i < 10; ++i) EXPECT_TRUE(delay_after(59s)) << i;
  EXPECT_FALSE(delay_after(59s));
  EXPECT_FALSE(delay_after(0s));
}

TEST_F(RestartPolicyTest, AnotherNumberOfDeathsMayBeTheLast) {
  policy = RestartPolicy(2);
  EXPECT_EQ(delay_after(1s), 100ms);
  EXPECT_FALSE(delay_after(1s));
  policy = RestartPolicy(100);
  for (int i = 1; i < 99; ++i) delay_after(1s);
  EXPECT_EQ(delay_after(1s), 10s);
}

TEST_F(RestartPolicyTest, AMinuteOfLifeMakesUpForAllBefore) {
  for (int i = 1; i < 10; ++i) delay_after(1s);
  EXPECT_EQ(delay_after(60s), 100ms);
  EXPECT_EQ(delay_after(1s), 200ms);
}

TEST_F(RestartPolicyTest, WhatIsForgottenDoesNotCount) {
  for (int i = 1; i < 20; ++i) delay_after(1s);
  policy.forget();
  EXPECT_EQ(delay_after(1s), 100ms);
}

}  // namespace
}  // namespace enginery::tools
