// tests/process/waits_test.cpp: waits for engines that cannot come.
#include <signal.h>

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <enginery/stop.hpp>

#include "tests/process/restart_fixture.hpp"

namespace enginery {

static std::int64_t run_until_asked() {
  while (!stop_requested()) std::this_thread::yield();
  return 1;
}
static std::int64_t one() { return 1; }

namespace {

using testing::AllOf;
using testing::AnyOf;
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

TEST_F(WaitsTest, EnginesThatAreStartedAnewAreWaitedFor) {
  start_engines(1, "--load system --restart");
  const std::int64_t before = pid(0);
  send_signal(static_cast<int>(before), SIGKILL);
  ASSERT_TRUE(comes([&] { return rc().ids().empty(); }));
  rc().wait_for_engines(1);
  EXPECT_NE(pid(0), before);
}

TEST_F(WaitsTest, AHubThatIsStoppedEndsAWaitInTheEnd) {
  start_engines(1, "");
  const int hub = connection().hub.process.pid;
  const auto [words, taken] = wait_while(std::nullopt, [&] { send_signal(hub, SIGSTOP); });
  send_signal(hub, SIGCONT);
  EXPECT_THAT(words, HasSubstr("nothing was heard of the hub of cluster '" + name_ + "' for 15 s"));
  EXPECT_LT(taken, Seconds(20));
}

/// Every wait that a client can have, behind a task that never ends by itself.
class EveryWaitTest : public WaitsTest {
 protected:
  void begin() {
    start_engines(1, "--load system");
    engine_ = static_cast<int>(pid(0));
    on(0).push({{"x", 1}}).get();
    wait([e0 = on(0)] { e0.apply_sync(run_until_asked); });
    ASSERT_TRUE(comes([&] { return status_of("run_until_asked"); }));
    wait([e0 = on(0)] { e0.apply_sync<std::int64_t>("system.getpid"); });
    wait([e0 = on(0)] { e0.push({{"x", 1}}).get(); });
    wait([e0 = on(0)] { e0["x"].operator Value(); });
    wait([e0 = on(0)] { e0.execute("1").get(); });
    wait([e0 = on(0)] { e0.run(FIXTURE_PLUGINS "/myscript.so").get(); });
    wait([e0 = on(0)] { e0.sync_imports({"norms"}); });
    wait([all = rc().all()] { all.apply(stays(one)).get(); });
    wait([rc = rc()] { rc.wait_for_engines(9); });
  }
  /// That all of them end, within `limit`; the words of their errors.
  std::vector<std::string> ends(Seconds limit) {
    const auto deadline = Clock::now() + limit;
    std::vector<std::string> words;
    for (std::future<std::string>& one : waits_) {
      EXPECT_EQ(one.wait_until(deadline), std::future_status::ready) << "wait " << words.size();
      if (one.wait_for(Seconds(0)) != std::future_status::ready) std::abort();  // nothing would end it
      words.push_back(one.get());
    }
    return words;
  }
  int engine_ = 0;

 private:
  template <class Call>
  void wait(Call call) {
    waits_.push_back(std::async(std::launch::async, [call] { return error_of(call); }));
  }
  bool status_of(const std::string& word) {
    return output_of("status --name " + name_).find(word) != std::string::npos;
  }
  std::vector<std::future<std::string>> waits_;
};

TEST_F(EveryWaitTest, EndsWithItsEngine) {
  begin();
  send_signal(engine_, SIGKILL);
  for (const std::string& words : ends(Seconds(20)))
    EXPECT_THAT(words, AnyOf(HasSubstr("engine 0 died (signal 9 (Killed))"), HasSubstr("engine 0: signal 9 (Killed)")));
}

TEST_F(EveryWaitTest, EndsWithItsLauncher) {
  begin();
  send_signal(connection().launcher.pid, SIGKILL);
  for (const std::string& words : ends(Seconds(20)))
    EXPECT_THAT(words,
                AnyOf("", HasSubstr("engine 0 died"), HasSubstr("has ended: its launcher")));  // it is asked to stop
}

TEST_F(EveryWaitTest, EndsWithAllOfThem) {
  begin();
  const Connection all = connection();
  for (const int process : {all.launcher.pid, all.hub.process.pid, engine_}) send_signal(process, SIGKILL);
  for (const std::string& words : ends(Seconds(20)))
    EXPECT_THAT(words, AnyOf(HasSubstr("engine 0 died"), HasSubstr("has ended: its launcher")));
}

TEST_F(EveryWaitTest, OutlivesItsHubAndIsAnswered) {
  begin();
  kill_hub();
  while (!rc().interrupt(0)) {}
  EXPECT_TRUE(comes([&] { return on(0).keys().size() > 0; }));
  run("stop");
  for (const std::string& words : ends(Seconds(20)))
    EXPECT_THAT(words, AnyOf("", HasSubstr("has ended: its launcher")));
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
