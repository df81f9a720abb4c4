// tests/process/hub_death_test.cpp: engines and clients go on without a hub, and the next one learns what there is.
#include <csignal>

#include "tests/process/restart_fixture.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

int twice(int i) { return 2 * i; }
void sleep_long() { std::this_thread::sleep_for(1h); }

class HubDeathTest : public RestartingTest {};

TEST_F(HubDeathTest, OfTenThousandCallsAllAreAnswered) {
  start_engines(2, "");
  const int hub = connection().hub.process.pid;
  std::vector<AsyncResult<int>> results;
  for (int i = 0; i < 10'000; ++i) {
    if (i == 5'000) {
      ASSERT_TRUE(send_signal(hub, SIGKILL));
    }
    results.push_back(on(i % 2).apply_async(twice, i));
  }
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(results[static_cast<std::size_t>(i)].get(Seconds(60)), 2 * i);
  ASSERT_TRUE(comes([&] { return connection().hub.process.pid != hub; }));
  EXPECT_THAT(rc().ids(), ElementsAre(0, 1));
  EXPECT_THAT(Client().ids(), ElementsAre(0, 1));
}

TEST_F(HubDeathTest, ADeathAfterwardsIsToldToOldAndNewClients) {
  start_engines(2);
  const auto process = static_cast<pid_t>(pid(0));
  kill_hub();
  const Client other;
  EXPECT_THAT(other.ids(), ElementsAre(0, 1));
  const auto mine = on(0).apply_async(sleep_long), its = other[0].apply_async(sleep_long);
  send_signal(process, SIGKILL);
  EXPECT_EQ(death_of(mine).engine_id(), 0);
  EXPECT_EQ(death_of(its).how(), "signal 9 (Killed)");
  EXPECT_TRUE(comes([&] { return rc().ids() == std::vector{1} && other.ids() == std::vector{1}; }));
}

TEST_F(HubDeathTest, ManyInARowDoNoHarm) {
  start_engines(2);
  const auto running = on(0).apply_async(sleep_long);
  for (int i = 0; i < 4; ++i) {
    kill_hub();
    EXPECT_THAT(Client().ids(), ElementsAre(0, 1)) << i;
  }
  EXPECT_FALSE(running.ready());
  EXPECT_THAT(rc().ids(), ElementsAre(0, 1));
}

TEST_F(HubDeathTest, AnEngineThatDiesWhileThereIsNoHubIsGone) {
  start_engines(2);
  const auto process = static_cast<pid_t>(pid(0));
  const auto running = on(0).apply_async(sleep_long);
  const int hub = connection().hub.process.pid;
  send_signal(connection().launcher.pid, SIGSTOP);  // so that there is none for a while
  send_signal(hub, SIGKILL);
  send_signal(process, SIGKILL);
  EXPECT_EQ(on(1).apply_sync(twice, 4), 8);
  send_signal(connection().launcher.pid, SIGCONT);
  EXPECT_EQ(death_of(running).engine_id(), 0);
  EXPECT_TRUE(comes([&] { return rc().ids() == std::vector{1}; }));
  EXPECT_TRUE(comes([&] { return Client().ids() == std::vector{1}; })) << "once it has registered with the new hub";
}

TEST_F(HubDeathTest, AnEngineThatDiedBeforeTheHubCanBeRestarted) {
  start_engines(2);
  send_signal(pid(0), SIGKILL);
  ASSERT_TRUE(comes([&] { return rc().ids() == std::vector{1}; }));
  kill_hub();
  EXPECT_EQ(output_of("status --name " + name_).find("starting"), std::string::npos);
  rc().restart(0);
  EXPECT_EQ(on(0).apply_sync(twice, 4), 8);
}

TEST_F(HubDeathTest, WhoJoinedUnderTheIdOfADeadEngineStaysWhenTheHubDies) {
  start_engines(2);
  send_signal(pid(0), SIGKILL);
  ASSERT_TRUE(comes([&] { return rc().ids() == std::vector{1}; }));
  const int joined = join({"--id", "0"});
  ASSERT_TRUE(comes([&] { return rc().ids() == std::vector({0, 1}); }));
  kill_hub();
  EXPECT_THAT(Client().ids(), ElementsAre(0, 1));
  EXPECT_EQ(pid(0), joined);
}

TEST_F(HubDeathTest, WithRestartAnEngineThatDiesWithTheHubComesBack) {
  start_engines(2, "--restart --load system");
  const std::int64_t process = pid(0);
  const int hub = connection().hub.process.pid;
  send_signal(hub, SIGKILL);
  send_signal(process, SIGKILL);
  EXPECT_TRUE(comes_back(0, process));
  EXPECT_THAT(Client().ids(), ElementsAre(0, 1));
}

TEST_F(HubDeathTest, AnEngineThatJoinedByItselfIsKnownAgainAndItsIdIsNobodyElses) {
  start_engines(1);
  const int process = join();
  rc().wait_for_engines(2, Seconds(30));
  const auto running = on(1).apply_async(sleep_long);
  kill_hub();
  join();
  rc().wait_for_engines(3, Seconds(30));
  EXPECT_THAT(Client().ids(), ElementsAre(0, 1, 2));
  EXPECT_FALSE(running.ready());
  send_signal(process, SIGKILL);
  EXPECT_EQ(death_of(running).how(), "its process ended");
  EXPECT_TRUE(comes([&] { return rc().ids() == std::vector{0, 2}; }));
}

TEST_F(HubDeathTest, AnIdThatWasUsedBeforeIsNotGivenAgain) {
  start_engines(1);
  join();
  rc().wait_for_engines(2, Seconds(30));
  rc().kill(1);
  kill_hub();
  join();
  rc().wait_for_engines(2, Seconds(30));
  EXPECT_THAT(rc().ids(), ElementsAre(0, 2));
}

TEST_F(HubDeathTest, AStoppedEngineIsNotTakenForDead) {
  start_engines(2);
  const auto process = static_cast<pid_t>(pid(0));
  send_signal(process, SIGSTOP);
  const auto waiting = on(0).apply_async(twice, 21);
  kill_hub();
  EXPECT_THAT(Client().ids(), ElementsAre(1)) << "it waited a while, and nobody knows where engine 0 takes tasks";
  EXPECT_THAT(output_of("status --name " + name_), HasSubstr("suspect"));
  EXPECT_THAT(rc().ids(), ElementsAre(0, 1));
  EXPECT_FALSE(waiting.ready());
  send_signal(process, SIGCONT);
  EXPECT_EQ(waiting.get(Seconds(30)), 42);
  EXPECT_TRUE(comes([&] { return Client().ids() == std::vector{0, 1}; }));
}

TEST_F(HubDeathTest, ARestartWorksWithTheNextHub) {
  start_engines(1, "--load system");
  const std::int64_t former = pid(0);
  kill_hub();
  rc().restart(0);
  EXPECT_NE(pid(0), former);
}

}  // namespace
}  // namespace enginery
