// tests/process/every_wait_test.cpp: every wait that a client can have ends, whoever ends or is stopped meanwhile.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <enginery/stop.hpp>

#include "tests/process/restart_fixture.hpp"
#include "tests/stop_process.hpp"

namespace enginery {

static std::int64_t run_until_asked() {
  while (!stop_requested()) std::this_thread::yield();
  return 1;
}
static std::int64_t one() { return 1; }

namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

/// Some are behind a task that never ends by itself.
class EveryWaitTest : public RestartingTest {
 protected:
  void TearDown() override {
    for (const int process : stopped_) send_signal(process, SIGCONT);
    RestartingTest::TearDown();
  }
  void begin(std::optional<Seconds> time_limit = std::nullopt) {
    start_engines(1, "--load system");
    engine_ = static_cast<int>(pid(0));
    on(0).push({{"x", 1}}).get();
    DirectView e0 = on(0);
    e0.timeout = time_limit;
    MultiView all = rc().all();
    all.timeout = time_limit;
    wait([e0] { e0.apply_sync(run_until_asked); });
    ASSERT_TRUE(comes([&] { return status().find("run_until_asked") != std::string::npos; }));
    wait_on(e0);
    wait([all] { all.apply(stays(one)).get(); });
    wait([rc = rc()] { rc.wait_for_engines(9); });
  }
  /// What a call on one engine can be.
  void wait_on(const DirectView& e0) {
    wait([e0] { e0.apply_sync<std::int64_t>("system.getpid"); });
    wait([e0] { e0.push({{"x", 1}}).get(); });
    wait([e0] { e0["x"].operator Value(); });
    wait([e0] { e0.execute("1").get(); });
    wait([e0] { e0.run(FIXTURE_PLUGINS "/myscript.so").get(); });
    wait([e0] { e0.sync_imports({"norms"}); });
  }
  template <class Call>
  void wait(Call call) {
    waits_.push_back(std::async(std::launch::async, [call] { return error_of(call); }));
  }
  /// That all of them end, within `limit`; the words of their errors. `but`: the last ones go on.
  std::vector<std::string> ends(Seconds limit, std::size_t but = 0) {
    const auto deadline = Clock::now() + limit;
    std::vector<std::string> words;
    for (std::size_t i = 0; i + but < waits_.size(); ++i) {
      EXPECT_EQ(waits_[i].wait_until(deadline), std::future_status::ready) << "wait " << i;
      if (!is_over(waits_[i])) std::abort();  // nothing would end it
      words.push_back(waits_[i].get());
    }
    waits_.erase(waits_.begin(), waits_.begin() + static_cast<std::ptrdiff_t>(words.size()));
    return words;
  }
  /// How many go on.
  std::size_t open() {
    return static_cast<std::size_t>(std::ranges::count_if(waits_, [](const auto& one) { return !is_over(one); }));
  }
  void stop(int process) {
    stopped_.push_back(process);
    ASSERT_TRUE(stop_process(process));
  }
  void go_on() {
    for (const int process : std::exchange(stopped_, {})) ASSERT_TRUE(send_signal(process, SIGCONT));
  }
  std::string status() { return output_of("status --name " + name_); }

  int engine_ = 0;

 private:
  static bool is_over(const std::future<std::string>& one) {
    return one.wait_for(Seconds(0)) == std::future_status::ready;
  }
  std::vector<std::future<std::string>> waits_;
  std::vector<int> stopped_;
};

/// Of a call that was made when its engine was known to be dead.
constexpr const char* kCameLate = "this view has no engines left: [0] died";

TEST_F(EveryWaitTest, EndsWithItsEngine) {
  begin();
  send_signal(engine_, SIGKILL);
  for (const std::string& words : ends(Seconds(20)))
    EXPECT_THAT(words, AnyOf(HasSubstr("engine 0 died (signal 9 (Killed))"), HasSubstr("engine 0: signal 9 (Killed)"),
                             HasSubstr(kCameLate)));
}

TEST_F(EveryWaitTest, EndsWithItsLauncher) {
  begin();
  send_signal(connection().launcher.pid, SIGKILL);
  for (const std::string& words : ends(Seconds(20)))
    EXPECT_THAT(words,
                AnyOf("", HasSubstr("engine 0 died"), HasSubstr("has ended: its launcher"), HasSubstr(kCameLate)))
        << "it is asked to stop";
}

TEST_F(EveryWaitTest, EndsWithAllOfThem) {
  begin();
  const Connection all = connection();
  for (const int process : {all.launcher.pid, all.hub.process.pid, engine_}) send_signal(process, SIGKILL);
  for (const std::string& words : ends(Seconds(20)))
    EXPECT_THAT(words, AnyOf(HasSubstr("engine 0 died"), HasSubstr("has ended: its launcher"), HasSubstr(kCameLate)));
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

/// As long as a task takes whose time limit nobody keeps but its client, of docs/failures.md, and time for a machine
/// that is busy.
constexpr Seconds kUnheard(2.5), kBusy(10);

TEST_F(EveryWaitTest, OnAnEngineThatIsStoppedGoesOnWithIt) {
  begin();
  stop(engine_);
  EXPECT_THAT(status(), AllOf(HasSubstr(" stopped "), HasSubstr("kill -CONT " + std::to_string(engine_))));
  EXPECT_THAT(rc().ids(), ElementsAre(0));
  EXPECT_THROW(on(0).apply_async(one).get(Seconds(1)), TimeoutError);
  EXPECT_EQ(open(), 9u);
  go_on();
  while (!rc().interrupt(0)) {}
  EXPECT_THAT(ends(Seconds(20), 1), Each(""));
  run("stop");
  EXPECT_THAT(ends(Seconds(20)), ElementsAre(HasSubstr("has ended: its launcher")));
}

TEST_F(EveryWaitTest, OnAnEngineThatIsStoppedEndsWithItsTimeLimit) {
  begin(Seconds(3));
  stop(engine_);
  EXPECT_THAT(ends(Seconds(3) + kUnheard + kBusy, 1),
              Each(AnyOf(HasSubstr("the engine does not answer"), HasSubstr("when its time limit of 3 s was over"))));
  DirectView e0 = on(0);
  e0.timeout = Seconds(0.2);
  const auto start = Clock::now();
  EXPECT_THAT(error_of([&] { e0.apply_sync(one); }),
              AllOf(HasSubstr("task 'enginery::one' on engine 0 has no outcome, its time limit of 0.2 s is over"),
                    HasSubstr("kill -CONT " + std::to_string(engine_))));
  EXPECT_GE(Clock::now() - start, Seconds(2)) << "an engine that runs answers in that time";
  EXPECT_LT(Clock::now() - start, Seconds(0.2) + kUnheard + kBusy);
  go_on();
  EXPECT_EQ(on(0).apply_sync(one), 1);
  run("stop");
  ends(Seconds(20));
}

TEST_F(EveryWaitTest, ForItsCodeOnAnEngineThatIsStoppedEndsWithItsTimeLimit) {
  start_engines(1, "--load system");
  stop(static_cast<int>(pid(0)));
  DirectView e0 = on(0);
  e0.timeout = Seconds(0.2);
  wait([e0] { e0.apply_sync(one); });
  wait_on(e0);
  EXPECT_THAT(ends(Seconds(0.2) + kUnheard + kBusy), Each(HasSubstr("the engine does not answer")));
  go_on();
  EXPECT_EQ(on(0).apply_sync(one), 1);
}

TEST_F(EveryWaitTest, NeedsNoLauncherThatRuns) {
  begin();
  stop(connection().launcher.pid);
  while (!rc().interrupt(0)) {}
  EXPECT_THAT(ends(Seconds(20), 1), Each(""));
  EXPECT_THAT(error_of([&] { rc().wait_for_engines(9, Seconds(1)); }), HasSubstr("1 of 9 engines registered in time"));
  EXPECT_THROW(rc().restart(0, Seconds(1)), TimeoutError);
  EXPECT_EQ(open(), 1u);
  go_on();
  run("stop");
  EXPECT_THAT(ends(Seconds(20)), ElementsAre(HasSubstr("has ended: its launcher")));
}

TEST_F(EveryWaitTest, NeedsNoHubThatRunsButForEnginesToCome) {
  begin();
  stop(connection().hub.process.pid);
  while (!rc().interrupt(0)) {}
  EXPECT_THAT(ends(Seconds(10), 1), Each(""));
  EXPECT_THAT(error_of([&] { rc().restart(0, Seconds(1)); }), HasSubstr("did not answer within 1 s"));
  EXPECT_THROW(Client(ClientOptions{.timeout = std::chrono::milliseconds(500)}), TimeoutError);
  EXPECT_THAT(ends(Seconds(15) + kBusy),
              ElementsAre(HasSubstr("nothing was heard of the hub of cluster '" + name_ + "' for 15 s")));
}

TEST_F(EveryWaitTest, WhileAllAreStoppedEndsByItsTime) {
  begin(Seconds(3));
  const Connection all = connection();
  for (const int process : {all.launcher.pid, all.hub.process.pid, engine_}) stop(process);
  EXPECT_THAT(ends(Seconds(3) + kUnheard + kBusy, 1),
              Each(AnyOf(HasSubstr("the engine does not answer"), HasSubstr("when its time limit of 3 s was over"))));
  EXPECT_THROW(Client(ClientOptions{.timeout = std::chrono::milliseconds(500)}), TimeoutError);
  EXPECT_THAT(ends(Seconds(15) + kBusy), ElementsAre(HasSubstr("nothing was heard of the hub")));
  go_on();
  EXPECT_EQ(on(0).apply_sync(one), 1);
}

}  // namespace
}  // namespace enginery
