// tests/process/waits_test.cpp: waits for engines that cannot come.
#include <signal.h>

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "tests/process/restart_fixture.hpp"

namespace enginery {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

class WaitsTest : public RestartingTest {
 protected:
  /// What waiting for 9 engines throws, and how long it took from `act` on.
  template <class Act>
  std::pair<std::string, Seconds> wait_while(std::optional<Seconds> timeout, const Act& act) {
    std::string words;
    Client waits = rc();
    std::thread waiting([&] { words = error_of([&] { waits.wait_for_engines(9, timeout); }); });
    const auto start = Clock::now();
    act();
    waiting.join();
    return {words, Clock::now() - start};
  }
};

TEST_F(WaitsTest, AWaitForEnginesEndsWithItsCluster) {
  for (const std::optional<Seconds> timeout : {std::optional<Seconds>(), std::optional(Seconds(60))}) {
    start_engines(1, "");
    const auto [words, taken] = wait_while(timeout, [] { run("stop"); });
    EXPECT_THAT(words, AllOf(HasSubstr("cluster '" + name_ + "' has ended: its launcher (pid "),
                             HasSubstr("of 9 engines are registered, and no more will be")));
    EXPECT_LT(taken, Seconds(10));
    client_.reset();
  }
}

TEST_F(WaitsTest, AWaitForEnginesEndsWithALauncherThatIsKilled) {
  start_engines(1, "");
  const int launcher = connection().launcher.pid;
  const auto [words, taken] = wait_while(std::nullopt, [&] { send_signal(launcher, SIGKILL); });
  EXPECT_THAT(words, HasSubstr("has ended: its launcher (pid " + std::to_string(launcher) + ") is gone"));
  EXPECT_LT(taken, Seconds(5));
}

TEST_F(WaitsTest, AHubThatComesBackIsNoEnd) {
  start_engines(1, "");
  const auto [words, taken] = wait_while(Seconds(3), [&] { kill_hub(); });
  EXPECT_THAT(words, HasSubstr("1 of 9 engines registered in time"));
}

TEST_F(WaitsTest, AWaitForEnginesEndsWhenAllHaveDiedForGood) {
  start_engines(2, "--load system");
  const auto [words, taken] = wait_while(std::nullopt, [&] {
    for (const std::int64_t engine : {pid(0), pid(1)}) send_signal(static_cast<int>(engine), SIGKILL);
  });
  EXPECT_THAT(words, AllOf(HasSubstr("none of 9 engines is registered, and none comes: all of cluster '" + name_),
                           HasSubstr("(engine 0: signal 9 (Killed); engine 1: signal 9 (Killed))")));
  EXPECT_LT(taken, Seconds(5));
}

TEST_F(WaitsTest, ARestartEndsWithItsCluster) {
  start_engines(1, "");
  const int launcher = connection().launcher.pid;
  send_signal(launcher, SIGSTOP);
  auto words = std::async(std::launch::async, [&] { return error_of([&] { rc().restart(0, Seconds(60)); }); });
  EXPECT_EQ(words.wait_for(Seconds(1)), std::future_status::timeout);
  const auto start = Clock::now();
  send_signal(launcher, SIGKILL);
  EXPECT_THAT(words.get(), HasSubstr("engine 0 is not back: cluster '" + name_ + "' has ended: its launcher (pid "));
  EXPECT_LT(Clock::now() - start, Seconds(10));
}

TEST_F(WaitsTest, EnginesThatAreStartedAnewAreWaitedFor) {
  start_engines(1, "--load system --restart");
  const std::int64_t before = pid(0);
  send_signal(static_cast<int>(before), SIGKILL);
  ASSERT_TRUE(comes([&] { return rc().ids().empty(); }));
  rc().wait_for_engines(1);
  EXPECT_NE(pid(0), before);
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
