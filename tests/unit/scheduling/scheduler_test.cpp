// tests/unit/scheduling/scheduler_test.cpp: what goes where, how much of it, and what comes back.
#include <algorithm>

#include "scheduler_fixture.hpp"

namespace enginery::scheduling {
namespace {

TEST_F(SchedulerTest, AnUnknownFunctionGoesOneAtATime) {
  join(1);
  submit(100, map(50));
  EXPECT_THAT(items(), ElementsAre(Items{0, 1}));
  submit(101);
  EXPECT_THAT(sends(), IsEmpty());
}

TEST_F(SchedulerTest, NothingUnknownIsSentBehindWhatIsKnown) {
  join(1);
  learn(1ms);
  submit(100, {.kind = 0});
  submit(101, {.kind = 7});
  EXPECT_THAT(sends(), IsEmpty());
  submit(102, {.kind = 0});
  EXPECT_THAT(sends(), IsEmpty()) << "nor does a later one go before it";
}

TEST_F(SchedulerTest, AWindowIsMeasuredInTime) {
  join(1);
  learn(500us);
  submit(100, {.items = 20, .chunk = 1});
  EXPECT_THAT(sends(), SizeIs(5)) << "one that runs, and 2 ms ahead";
  done(sends()[0].piece, 500us);
  EXPECT_THAT(sends(), SizeIs(1));
}

TEST_F(SchedulerTest, AWindowHasAMostOfPieces) {
  join(1);
  learn(1ns);
  submit(100, {.items = 5000, .chunk = 1});
  EXPECT_THAT(sends(), SizeIs(Scheduler::kMostAhead + 1));
}

TEST_F(SchedulerTest, AChunkTakesAFewMilliseconds) {
  join(1);
  learn(100us);
  submit(100, map(100'000));
  ASSERT_FALSE(sends().empty());
  EXPECT_EQ(sends()[0].items.count, 50u);
}

TEST_F(SchedulerTest, AChunkHoldsAtMostTheHalfOfAnEnginesShareOfWhatIsLeft) {
  join(1);
  learn(1us);
  join(2);
  join(3);
  submit(100, map(20));
  EXPECT_EQ(items()[0], (Items{0, 4})) << "20 / 6, rounded up";
  EXPECT_EQ(items()[1], (Items{4, 3})) << "16 / 6, rounded up";
}

TEST_F(SchedulerTest, WhatCameBackIsCutByWhatIsLeftToo) {
  join(1);
  learn(100us);
  submit(100, map(40));
  std::vector<Send> before = sends();
  leave(1);
  std::ranges::reverse(before);
  for (const Send& one : before) died(one.piece, kNotBegun);
  join(2);
  EXPECT_GT(sends()[0].items.count, 1u);
}

TEST_F(SchedulerTest, AFixedChunkIsKept) {
  join(1);
  submit(100, {.items = 20, .chunk = 8});
  EXPECT_THAT(items(), ElementsAre(Items{0, 8}));
  done(sends()[0].piece, 8ms);
  EXPECT_THAT(items(), ElementsAre(Items{8, 8}, Items{16, 4}));
}

TEST_F(SchedulerTest, HigherPrioritiesGoFirstThenEarlierOnes) {
  submit(100);
  submit(101, {.priority = 5});
  submit(102, {.priority = 5, .targets = {.only = {{1}}}});
  submit(103, {.priority = -1});
  join(1);
  std::vector<JobId> order = jobs();
  while (!sends().empty()) {
    done(sends()[0].piece, 10ms);
    for (const JobId job : jobs()) order.push_back(job);
    if (!sends().empty() && sends().size() > 1) break;
  }
  EXPECT_EQ(order, (std::vector<JobId>{101, 102, 100})) << "and one more waits";
}

TEST_F(SchedulerTest, TargetsAreKept) {
  join(1);
  join(2);
  join(3);
  submit(100, {.items = 9, .targets = {.only = {{2, 3}}}});
  EXPECT_THAT(engines(), ElementsAre(2, 3));
  submit(101, {.items = 9, .targets = {.never = {2}}});
  EXPECT_THAT(engines(), ElementsAre(1));
}

TEST_F(SchedulerTest, ForAllEnginesThoseThatComeLaterCountToo) {
  submit(100, {.items = 9, .targets = {.never = {2}}});
  join(2);
  EXPECT_THAT(sends(), IsEmpty());
  join(3);
  EXPECT_THAT(engines(), ElementsAre(3));
}

TEST_F(SchedulerTest, AnEngineWithoutWorkComesBeforeOneThatIsBusy) {
  join(1);
  learn(1ms);
  submit(100);
  join(2);
  submit(101);
  EXPECT_THAT(engines(), ElementsAre(2));
}

TEST_F(SchedulerTest, OfEnginesWithoutWorkTheOneWithLessOfOthersWorkIsFirst) {
  join(1);
  join(2);
  scheduler.on_foreign_load(1, 3);
  submit(100);
  EXPECT_THAT(engines(), ElementsAre(2));
  submit(101);
  EXPECT_THAT(engines(), ElementsAre(1)) << "but others' work is no reason to wait";
}

class TakeBackTest : public SchedulerTest {
 protected:
  // Engine 1 runs one piece, and four wait behind it.
  TakeBackTest() {
    join(1);
    learn(500us);
    submit(100, {.items = 5, .chunk = 1});
    held = sends();
  }
  std::vector<Send> held;
};

TEST_F(TakeBackTest, AnEngineWithoutWorkTakesHalfOfWhatWaitsTooLong) {
  ASSERT_THAT(held, SizeIs(5));
  join(2);
  EXPECT_THAT(asked_back(), IsEmpty()) << "its engine may be about to run it";
  pass(2ms);
  EXPECT_THAT(asked_back(), ElementsAre(held[4].piece, held[3].piece));
  taken_back(held[4].piece);
  EXPECT_THAT(items(), ElementsAre(held[4].items));
  EXPECT_THAT(engines(), ElementsAre(2));
}

TEST_F(TakeBackTest, WhatHasWaitedIsAskedBackAtOnce) {
  pass(1s);
  join(2);
  EXPECT_THAT(asked_back(), SizeIs(2));
}

TEST_F(TakeBackTest, WhoGotNothingAsksAgain) {
  join(2);
  pass(2ms);
  EXPECT_THAT(asked_back(), SizeIs(2));
  pass(5ms);
  EXPECT_THAT(asked_back(), ElementsAre(held[2].piece));
  pass(1s);
  EXPECT_THAT(asked_back(), ElementsAre(held[1].piece));
  pass(1s);
  EXPECT_THAT(asked_back(), IsEmpty()) << "what runs stays";
}

TEST_F(TakeBackTest, TheOutcomeOfWhatHadBegunCounts) {
  join(2);
  pass(2ms);
  for (const Send& one : held) done(one.piece);
  EXPECT_FALSE(scheduler.state(100));
  taken_back(held[4].piece);
  EXPECT_THAT(sends(), IsEmpty());
}

TEST_F(TakeBackTest, TheDeadAreAskedForNothing) {
  leave(1);
  join(2);
  pass(1s);
  EXPECT_THAT(asked_back(), IsEmpty());
  died(held[4].piece, kNotBegun);
  EXPECT_THAT(engines(), ElementsAre(2));
}

TEST_F(TakeBackTest, OnlyWhatItMayRunIsAskedBack) {
  submit(101, {.items = 2, .chunk = 1, .targets = {.only = {{1}}}});
  leave(1);
  for (const Send& one : held) died(one.piece, kNotBegun);
  join(3);
  ASSERT_THAT(sends(), SizeIs(5));
  scheduler.join(4, 1, now, out);
  fresh();
  join(5);
  pass(1s);
  EXPECT_THAT(asked_back(), testing::Not(IsEmpty()));
  for (const TakeBack& one : all<TakeBack>()) EXPECT_EQ(one.engine, 3u) << "the others are for id 1 alone";
}

TEST_F(TakeBackTest, WhatCannotBeTakenDoesNotHideWhatCan) {
  // On engine 1: four of 100, then two for it alone.
  done(held[0].piece, 10us);
  submit(101, {.items = 2, .chunk = 1, .targets = {.only = {{1}}}});
  ASSERT_THAT(sends(), SizeIs(2));
  join(2);
  pass(1s);
  EXPECT_THAT(asked_back(), ElementsAre(held[4].piece, held[3].piece, held[2].piece)) << "and not what is for it alone";
}

TEST_F(TakeBackTest, WorkThatComesBehindABusyEngineIsSeenByOneWithout) {
  for (const Send& one : held) done(one.piece);
  join(2);
  // An item that failed on 2 avoids it, and goes behind what 1 runs.
  submit(101, {.targets = {.only = {{1}}}});
  submit(102, retried(1, 1));
  ASSERT_THAT(engines(), ElementsAre(2));
  done(sends()[0].piece, 500us, {0});
  ASSERT_THAT(engines(), ElementsAre(1));
  const PieceId behind = sends()[0].piece;
  pass(2ms);
  EXPECT_THAT(asked_back(), ElementsAre(behind));
}

}  // namespace
}  // namespace enginery::scheduling
