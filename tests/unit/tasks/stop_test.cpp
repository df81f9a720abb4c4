// tests/unit/tasks/stop_test.cpp: who is asked to stop, and by which token.
#include <chrono>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include <enginery/stop.hpp>

namespace enginery {
namespace {

class StopTest : public testing::Test {
 protected:
  StopTest() { begin_stoppable_task(); }
  ~StopTest() override { begin_stoppable_task(); }
};

/// Callbacks come in a thread of their own.
bool is_asked_soon(const std::stop_token& token) {
  std::promise<void> asked;
  const std::stop_callback callback(token, [&] { asked.set_value(); });
  return asked.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready;
}

TEST_F(StopTest, NobodyAsksInAProcessThatIsNoEngine) {
  EXPECT_FALSE(stop_requested());
  EXPECT_FALSE(stop_token().stop_requested());
}

TEST_F(StopTest, FlagAndTokenSayTheSame) {
  const std::stop_token before = stop_token();
  request_stop();
  EXPECT_TRUE(stop_requested());
  EXPECT_TRUE(is_asked_soon(before));
  EXPECT_EQ(stop_token(), before) << "it stays the task's";
}

TEST_F(StopTest, ATokenThatIsWantedLateIsAskedAlready) {
  request_stop();
  EXPECT_TRUE(stop_token().stop_requested());
}

TEST_F(StopTest, ATokenIsOfOneTaskOnly) {
  const std::stop_token earlier = stop_token();
  begin_stoppable_task();
  const std::stop_token later = stop_token();
  EXPECT_NE(earlier, later);
  request_stop();
  EXPECT_TRUE(is_asked_soon(later));
  EXPECT_FALSE(earlier.stop_requested());
  begin_stoppable_task();
  EXPECT_FALSE(stop_requested());
  EXPECT_FALSE(stop_token().stop_requested());
}

TEST_F(StopTest, WhoAsksDoesNotWaitForTheTasksCallbacks) {
  std::promise<void> asked, answered;
  const std::stop_callback callback(stop_token(), [&] {
    asked.get_future().wait();
    answered.set_value();
  });
  request_stop();
  asked.set_value();
  answered.get_future().wait();
}

}  // namespace
}  // namespace enginery
