// tests/unit/hub/death_watch_test.cpp: processes of this host are watched, engines elsewhere are listened for.
#include "hub/death_watch.hpp"

#include <sys/wait.h>

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/processes/spawn.hpp"

namespace enginery::hub {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Uuid kOne{{1}}, kOther{{2}};
const Silence::Time kStart{1h};

class DeathWatchTest : public ::testing::Test {
 protected:
  DeathWatchTest() {
    watch.look(kStart);
    watch.watch(3, kOne, ProcessId::of(child.pid.number()).value(), true, kStart);
  }
  ~DeathWatchTest() override {
    cluster::send_signal(child.pid, SIGKILL);
    cluster::reap(child.pid);
  }
  /// Until the process of `kOne` can be polled.
  void wait_for_end() {
    std::vector<pollfd> polled;
    watch.add_polled(polled);
    ASSERT_THAT(polled, SizeIs(2));
    ASSERT_EQ(::poll(&polled[1], 1, 60'000), 1);
  }
  bool wakes() const {
    std::vector<pollfd> polled;
    watch.add_polled(polled);
    return ::poll(polled.data(), 1, 0) == 1;
  }

  cluster::Started child = cluster::spawn({.file = "/bin/sleep", .arguments = {"1000"}});
  DeathWatch watch{15s};
};

TEST_F(DeathWatchTest, AProcessThatEndsIsADeathOnce) {
  EXPECT_THAT(watch.ended(), IsEmpty());
  cluster::send_signal(child.pid, SIGKILL);
  wait_for_end();
  const auto deaths = watch.ended();
  ASSERT_THAT(deaths, SizeIs(1));
  EXPECT_EQ(deaths[0].id, 3);
  EXPECT_EQ(deaths[0].engine, kOne);
  EXPECT_EQ(deaths[0].how, "its process ended");
  EXPECT_THAT(watch.ended(), IsEmpty());
}

TEST_F(DeathWatchTest, WhoIsKilledOnRequestDiesOfThat) {
  EXPECT_TRUE(watch.can_kill(kOne));
  EXPECT_TRUE(watch.kill(kOne));
  wait_for_end();
  const auto deaths = watch.ended();
  ASSERT_THAT(deaths, SizeIs(1));
  EXPECT_EQ(deaths[0].how, "killed on request");
}

TEST_F(DeathWatchTest, WhoeverPollsIsWokenForANewOneAndOnce) {
  EXPECT_TRUE(wakes());
  watch.wait_again();
  EXPECT_FALSE(wakes());
  watch.watch(3, kOne, ProcessId::of(child.pid.number()).value(), true, kStart);
  EXPECT_FALSE(wakes()) << "it is watched already";
  watch.watch(4, kOther, ProcessId::self(), true, kStart);
  EXPECT_TRUE(wakes());
}

TEST_F(DeathWatchTest, ALaterProcessOfTheSamePidIsNotTheEngine) {
  watch.watch(4, kOther, {child.pid.number(), 1}, true, kStart);
  EXPECT_FALSE(watch.can_kill(kOther));
  EXPECT_FALSE(watch.kill(kOther));
  const auto deaths = watch.ended();
  ASSERT_THAT(deaths, SizeIs(1));
  EXPECT_EQ(deaths[0].engine, kOther);
}

TEST_F(DeathWatchTest, AnEngineElsewhereIsListenedForAndCannotBeKilledFromHere) {
  watch.watch(4, kOther, {child.pid.number(), 1}, false, kStart);
  EXPECT_FALSE(watch.can_kill(kOther));
  EXPECT_THAT(watch.ended(), IsEmpty());
  for (auto now = kStart; now < kStart + 15s; now += 1s) {
    for (const auto& verdict : watch.look(now)) EXPECT_EQ(verdict, (Silence::Verdict{kOther, EngineState::suspect}));
  }
  EXPECT_THAT(watch.look(kStart + 15s), ::testing::ElementsAre(Silence::Verdict{kOther, EngineState::dead}));
}

TEST_F(DeathWatchTest, NobodyAsksAfterWhoIsForgotten) {
  watch.watch(4, kOther, {child.pid.number(), 1}, false, kStart);
  watch.forget(kOne);
  watch.forget(kOther);
  std::vector<pollfd> polled;
  watch.add_polled(polled);
  EXPECT_THAT(polled, SizeIs(1));
  for (auto now = kStart; now < kStart + 60s; now += 1s) EXPECT_THAT(watch.look(now), IsEmpty());
}

}  // namespace
}  // namespace enginery::hub
