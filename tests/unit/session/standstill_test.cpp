// tests/unit/session/standstill_test.cpp: time in which a process did not look is time in which it did not run.
#include "core/session/limits.hpp"

#include <gtest/gtest.h>

namespace enginery::session {
namespace {

using namespace std::chrono_literals;

TEST(StandstillTest, WhoeverLooksOftenDoesNotStandStill) {
  Standstill standstill(100s);
  EXPECT_EQ(standstill.since_last_look(101s), 0s);
  EXPECT_EQ(standstill.since_last_look(103s), 0s);
}

TEST(StandstillTest, ALongTimeBetweenTwoLooksIsToldOnce) {
  Standstill standstill(100s);
  EXPECT_EQ(standstill.since_last_look(103s), 3s);
  EXPECT_EQ(standstill.since_last_look(104s), 0s);
}

}  // namespace
}  // namespace enginery::session
