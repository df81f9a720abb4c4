// tests/unit/hub/silence_test.cpp: engines of other hosts are judged by their silence.
#include "hub/death_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace enginery::hub {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Uuid kOne{{1}}, kOther{{2}};

class SilenceTest : public ::testing::Test {
 protected:
  /// Looks twice a second for so long, and gives all verdicts.
  std::vector<Silence::Verdict> after(Silence::Duration time) {
    std::vector<Silence::Verdict> all;
    for (const Silence::Time end = now + time; now < end;) {
      now += 500ms;
      for (const auto& verdict : silence.look(now)) all.push_back(verdict);
    }
    return all;
  }
  void SetUp() override {
    silence.look(now);
    silence.heard(kOne, now);
  }

  Silence silence{15s};
  Silence::Time now{1h};
};

TEST_F(SilenceTest, AThirdOfTheTimeMakesSuspectAndAllOfItDead) {
  EXPECT_THAT(after(4500ms), IsEmpty());
  EXPECT_THAT(after(500ms), ElementsAre(Silence::Verdict{kOne, EngineState::suspect}));
  EXPECT_THAT(after(9500ms), IsEmpty());
  EXPECT_THAT(after(500ms), ElementsAre(Silence::Verdict{kOne, EngineState::dead}));
  EXPECT_THAT(after(1min), IsEmpty()) << "it is told once";
}

TEST_F(SilenceTest, WhoIsHeardAgainIsAlive) {
  after(6s);
  silence.heard(kOne, now);
  EXPECT_THAT(after(500ms), ElementsAre(Silence::Verdict{kOne, EngineState::alive}));
}

TEST_F(SilenceTest, EachIsJudgedByItself) {
  after(10s);
  silence.heard(kOther, now);
  EXPECT_THAT(after(5s),
              ElementsAre(Silence::Verdict{kOne, EngineState::dead}, Silence::Verdict{kOther, EngineState::suspect}));
}

TEST_F(SilenceTest, WhoLeftIsNotMissed) {
  silence.forget(kOne);
  EXPECT_THAT(after(1min), IsEmpty());
}

TEST_F(SilenceTest, TimeInWhichNobodyListenedIsNotTheirs) {
  after(3s);
  now += 60s;  // the hub was stopped by a debugger
  EXPECT_THAT(silence.look(now), IsEmpty());
  EXPECT_THAT(after(1500ms), IsEmpty());
  EXPECT_THAT(after(500ms), ElementsAre(Silence::Verdict{kOne, EngineState::suspect}));
}

}  // namespace
}  // namespace enginery::hub
