// tests/unit/scheduling/scheduler_faults_test.cpp: deaths, exceptions, dependencies, and jobs that end early.
#include "scheduler_fixture.hpp"

namespace enginery::scheduling {
namespace {

TEST_F(SchedulerTest, WhatDidNotBeginGoesElsewhereByItself) {
  join(1);
  submit(100, {.items = 8, .chunk = 4});
  const PieceId piece = sends()[0].piece;
  leave(1);
  died(piece, kNotBegun);
  EXPECT_THAT(fails(), IsEmpty());
  join(2);
  EXPECT_THAT(items(), ElementsAre(Items{0, 4}));
}

TEST_F(SchedulerTest, OnlyWhatRanIsChargedWithADeathAndTheRestGoesSingly) {
  join(1);
  submit(100, {.items = 4, .chunk = 4});
  const PieceId piece = sends()[0].piece;
  leave(1);
  died(piece, running(1));
  EXPECT_THAT(fails(), testing::UnorderedElementsAre(Fail{100, {1, 1}, Reason::died}, Fail{100, {0, 1}, Reason::lost}));
  join(2);
  EXPECT_THAT(items(), ElementsAre(Items{2, 1}));
  done(sends()[0].piece);
  EXPECT_THAT(items(), ElementsAre(Items{3, 1}));
}

TEST_F(SchedulerTest, WithRetriesWhatRanAndWhatWasLostGoesAgain) {
  join(1);
  submit(100, {.items = 3, .retries = 1, .chunk = 3});
  const PieceId piece = sends()[0].piece;
  leave(1);
  died(piece, running(1));
  EXPECT_THAT(fails(), IsEmpty());
  std::vector<Items> order;
  for (EngineKey key = 2; key < 5; ++key) {
    join(key);
    for (const Items& one : items()) order.push_back(one);
  }
  EXPECT_THAT(order, ElementsAre(Items{0, 1}, Items{1, 1}, Items{2, 1}));
}

TEST_F(SchedulerTest, ResultsThatDiedWithTheirEngineAreLost) {
  join(1);
  submit(100, {.items = 2, .chunk = 2});
  const PieceId piece = sends()[0].piece;
  leave(1);
  died(piece, kFinished);
  EXPECT_THAT(fails(), ElementsAre(Fail{100, {0, 2}, Reason::lost}));
}

TEST_F(SchedulerTest, UnknownCountsAsBegun) {
  join(1);
  submit(100, {.items = 4, .chunk = 2});
  const PieceId piece = sends()[0].piece;
  leave(1);
  died(piece, kUnknown);
  EXPECT_THAT(fails(), ElementsAre(Fail{100, {0, 2}, Reason::died}));
  EXPECT_EQ(scheduler.state(100)->waiting, 2u);
}

TEST_F(SchedulerTest, AnItemThatTookThreeEnginesAlongIsPoison) {
  submit(100, retried(1, 10));
  for (EngineKey key = 1; key <= 3; ++key) {
    join(key);
    const PieceId piece = sends().at(0).piece;
    leave(key);
    died(piece, running(0));
    EXPECT_THAT(fails(), SizeIs(key == 3 ? 1 : 0));
  }
  EXPECT_THAT(fails(), ElementsAre(Fail{100, {0, 1}, Reason::poison}));
  EXPECT_FALSE(scheduler.state(100));
}

TEST_F(SchedulerTest, WhatThrewIsTriedAgainOnAnotherEngineAtOnce) {
  join(1);
  join(2);
  submit(100, retried(1, 1));
  ASSERT_THAT(engines(), ElementsAre(1));
  EXPECT_THAT(done(sends()[0].piece, 1ms, {0}), ElementsAre(0));
  EXPECT_THAT(engines(), ElementsAre(2));
  EXPECT_THAT(done(sends()[0].piece, 1ms, {0}), IsEmpty()) << "no more than once";
  EXPECT_FALSE(scheduler.state(100));
}

TEST_F(SchedulerTest, IfNoOtherEngineIsFreeItsOwnTriesAgainAfterAWhile) {
  join(1);
  join(2);
  submit(90, {.kind = 9});
  submit(100, retried(1, 1));
  ASSERT_THAT(engines(), ElementsAre(2));
  done(sends()[0].piece, 1ms, {0});
  EXPECT_THAT(sends(), IsEmpty());
  pass(19ms);
  EXPECT_THAT(sends(), IsEmpty());
  pass(1ms);
  EXPECT_THAT(engines(), ElementsAre(2));
}

TEST_F(SchedulerTest, TheOnlyEngineTriesAgainAtOnce) {
  join(1);
  submit(100, retried(1, 1));
  done(sends()[0].piece, 1ms, {0});
  EXPECT_THAT(engines(), ElementsAre(1));
}

TEST_F(SchedulerTest, WorkWaitsForEnginesUntilItsTimeIsOver) {
  submit(100, {.items = 3, .queue_timeout = 10ms});
  pass(9ms);
  EXPECT_THAT(fails(), IsEmpty());
  pass(1ms);
  EXPECT_THAT(fails(), ElementsAre(Fail{100, {0, 3}, Reason::unreachable}));
}

TEST_F(SchedulerTest, ItsTimeBeginsWhenTheLastEngineLeaves) {
  join(1);
  submit(100, {.items = 3, .queue_timeout = 10ms});
  const PieceId piece = sends()[0].piece;
  pass(1s);
  leave(1);
  died(piece, kNotBegun);
  pass(9ms);
  EXPECT_THAT(fails(), IsEmpty());
  pass(1ms);
  EXPECT_THAT(fails(), SizeIs(2)) << "what came back, and what never went";
}

TEST_F(SchedulerTest, AnEngineThatComesForAWhileGivesItAllItsTimeAgain) {
  submit(100, {.items = 3, .queue_timeout = 10ms});
  pass(5ms);
  join(1);
  const PieceId piece = sends().at(0).piece;
  pass(3ms);
  leave(1);
  died(piece, kNotBegun);
  pass(9ms);
  EXPECT_THAT(fails(), IsEmpty());
  pass(1ms);
  EXPECT_THAT(fails(), SizeIs(2));
}

TEST_F(SchedulerTest, WhenNoEngineCanComeNothingWaits) {
  submit(100);
  no_more();
  EXPECT_THAT(fails(), ElementsAre(Fail{100, {0, 1}, Reason::no_engines}));
  submit(101);
  EXPECT_THAT(fails(), ElementsAre(Fail{101, {0, 1}, Reason::no_engines}));
  submit(102, {.targets = {.only = {{1, 1}}, .never = {1}}});
  EXPECT_THAT(fails(), ElementsAre(Fail{102, {0, 1}, Reason::no_engines}));
}

TEST_F(SchedulerTest, TargetsThatLeaveOutAllNeverWait) {
  join(1);
  submit(100, {.targets = {.only = {{1, 1}}, .never = {1}}});
  EXPECT_THAT(fails(), ElementsAre(Fail{100, {0, 1}, Reason::no_engines}));
}

TEST_F(SchedulerTest, AJobWaitsForWhatItComesAfter) {
  join(1);
  join(2);
  submit(100);
  submit(101, {.after = {100, 50, 100}});
  EXPECT_EQ(scheduler.state(101)->dependencies, 2u);
  done(1);
  EXPECT_THAT(sends(), IsEmpty());
  settle(50, true);
  EXPECT_THAT(jobs(), ElementsAre(101));
}

TEST_F(SchedulerTest, AJobRunsWhereWhatItFollowsRan) {
  join(1);
  join(2);
  submit(100, {.targets = {.only = {{2}}}});
  submit(101, {.items = 9, .follow = {100}});
  done(sends().empty() ? 1 : sends()[0].piece);
  EXPECT_THAT(engines(), testing::Each(2));
  EXPECT_THAT(jobs(), testing::Contains(101));
}

TEST_F(SchedulerTest, ResultsOfSeveralEnginesCannotBeFollowed) {
  join(1);
  join(2);
  submit(100, {.items = 2, .chunk = 1});
  submit(101, {.follow = {100}});
  done(1);
  done(2);
  EXPECT_THAT(fails(), ElementsAre(Fail{101, {0, 1}, Reason::scattered, 100}));
  submit(102, {.follow = {50, 51}});
  settle(50, true, 1);
  settle(51, true, 2);
  EXPECT_THAT(fails(), ElementsAre(Fail{102, {0, 1}, Reason::scattered, 51}));
  submit(103, {.follow = {52}});
  settle(52, true);
  EXPECT_THAT(fails(), ElementsAre(Fail{103, {0, 1}, Reason::scattered, 52}));
}

TEST_F(SchedulerTest, TheDeadAreNotFollowed) {
  join(1);
  join(2);
  submit(100, {.follow = {50}});
  submit(101, {.items = 5, .follow = {51}});
  settle(51, true, 1);
  ASSERT_THAT(sends(), SizeIs(1));
  const PieceId piece = sends()[0].piece;
  leave(1);
  EXPECT_THAT(fails(), ElementsAre(Fail{101, {1, 4}, Reason::followed_dead, 51}));
  died(piece, kNotBegun);
  EXPECT_THAT(fails(), ElementsAre(Fail{101, {0, 1}, Reason::followed_dead, 51}));
  settle(50, true, 1);
  EXPECT_THAT(fails(), ElementsAre(Fail{100, {0, 1}, Reason::followed_dead, 50}));
}

TEST_F(SchedulerTest, WhatFollowsToWhereItMayNotRunFails) {
  join(1);
  submit(100, {.targets = {.never = {1}}, .follow = {50}});
  settle(50, true, 1);
  EXPECT_THAT(fails(), ElementsAre(Fail{100, {0, 1}, Reason::unreachable, 50}));
}

TEST_F(SchedulerTest, AFailureFailsAllThatWaitForIt) {
  join(1);
  submit(100);
  submit(101, {.items = 2, .after = {100, 50}});
  submit(102, {.items = 0, .after = {101}});
  submit(103, {.after = {102}});
  done(1, 1ms, {0});
  EXPECT_THAT(fails(), ElementsAre(Fail{101, {0, 2}, Reason::dependency, 100}, Fail{102, {}, Reason::dependency, 101},
                                   Fail{103, {0, 1}, Reason::dependency, 102}));
}

TEST_F(SchedulerTest, WhatWaitsForItselfFails) {
  submit(100, {.after = {100}});
  EXPECT_THAT(fails(), ElementsAre(Fail{100, {0, 1}, Reason::dependency, 100}));
}

TEST_F(SchedulerTest, ALongChainFailsWithoutDeepRecursion) {
  for (JobId id = 100; id < 50'000; ++id) scheduler.submit(id, {.after = {id - 1}}, now, out);
  settle(99, false);
  EXPECT_THAT(fails(), SizeIs(49'900));
}

TEST_F(SchedulerTest, AnAbortEndsWhatWaitsAndStopsWhatRuns) {
  join(1);
  submit(100, retried(5, 3));
  const PieceId piece = sends()[0].piece;
  abort(100);
  EXPECT_THAT(all<Abort>(), SizeIs(1));
  EXPECT_THAT(fails(), ElementsAre(Fail{100, {1, 4}, Reason::aborted}));
  EXPECT_THAT(done(piece, 1ms, {0}), IsEmpty()) << "it is not tried again";
  EXPECT_FALSE(scheduler.state(100));
}

TEST_F(SchedulerTest, WhatIsTakenBackFromAnAbortedJobHasEnded) {
  join(1);
  learn(1ms);
  submit(100, {.items = 2, .chunk = 1});
  const PieceId behind = sends().at(1).piece;
  abort(100);
  taken_back(behind);
  EXPECT_THAT(fails(), ElementsAre(Fail{100, {1, 1}, Reason::aborted}));
}

TEST_F(SchedulerTest, AnOpenJobLastsUntilItIsClosed) {
  join(1);
  submit(100, {.items = 0, .open = true});
  submit(101, {.after = {100}});
  extend(100, 1);
  done(sends().at(0).piece);
  EXPECT_TRUE(scheduler.state(100));
  extend(100, 1);
  close(100);
  EXPECT_TRUE(scheduler.state(100));
  extend(100, 1);
  EXPECT_THAT(sends(), IsEmpty());
  done(2);
  EXPECT_FALSE(scheduler.state(100));
  EXPECT_THAT(jobs(), ElementsAre(101));
}

TEST_F(SchedulerTest, WhatIsAddedToAnOpenJobThatFailedFailsToo) {
  submit(100, {.items = 1, .open = true, .after = {50}});
  settle(50, false);
  EXPECT_THAT(fails(), SizeIs(1));
  extend(100, 2);
  EXPECT_THAT(fails(), ElementsAre(Fail{100, {1, 2}, Reason::dependency, 50}));
  close(100);
  EXPECT_FALSE(scheduler.state(100));
}

TEST_F(SchedulerTest, AnOpenJobWithoutItemsIsPatient) {
  submit(100, {.items = 0, .open = true, .queue_timeout = 10ms});
  pass(1s);
  extend(100, 1);
  pass(9ms);
  EXPECT_THAT(fails(), IsEmpty());
  pass(1ms);
  EXPECT_THAT(fails(), SizeIs(1));
}

TEST_F(SchedulerTest, AnEmptyJobEndsOnceNothingIsAwaited) {
  submit(100, map(0));
  EXPECT_FALSE(scheduler.state(100));
  submit(101, {.items = 0, .after = {50}});
  EXPECT_TRUE(scheduler.state(101));
  settle(50, true);
  EXPECT_FALSE(scheduler.state(101));
}

TEST_F(SchedulerTest, LoadsAndStatesAreTold) {
  join(1);
  submit(100, {.items = 9, .chunk = 4});
  const std::vector<EngineLoad> loads = scheduler.loads();
  ASSERT_THAT(loads, SizeIs(1));
  EXPECT_EQ(loads[0].pieces, 1u);
  EXPECT_EQ(loads[0].items, 4u);
  const JobState state = scheduler.state(100).value();
  EXPECT_EQ(state.waiting, 5u);
  EXPECT_EQ(state.running, 4u);
}

}  // namespace
}  // namespace enginery::scheduling
