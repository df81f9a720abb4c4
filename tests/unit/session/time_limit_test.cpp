// tests/unit/session/time_limit_test.cpp: withdrawals, and tasks whose time is over, at the engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine_sessions_fixture.hpp"

namespace enginery::session {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

using TimeLimitTest = EngineSessionsTest;
using WithdrawalTest = EngineSessionsTest;

TEST_F(TimeLimitTest, AQueuedTaskWhoseTimeIsOverHasItsResultWhileAnotherRuns) {
  ask(exchange(1, {task(1), limited(2, 50ms), task(3)}));
  run();
  out.clear();
  EXPECT_EQ(engine->next_deadline(), now + 50ms);
  advance(50ms - 1ns);
  EXPECT_THAT(answers(), IsEmpty());
  advance(1ns);
  advance(200us);
  const auto results = answers().at(0).reply.results;
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(results[0].seq, 2u);
  EXPECT_EQ(results[0].ending, Ending::expired);
  EXPECT_EQ(engine->sessions().at(0).queued, 1u);
}

TEST_F(TimeLimitTest, ATaskWhoseTimeIsOverDoesNotStartEvenIfTheClockIsLate) {
  ask(exchange(1, {task(1), limited(2, 50ms), task(3)}));
  const auto first = run();
  now += 60ms;  // and no tick
  finish(*first);
  EXPECT_EQ(run()->seq, 3u);
}

TEST_F(TimeLimitTest, ARunningTaskWhoseTimeIsOverIsAskedToStopAndItsClientIsAnsweredAtOnce) {
  ask(exchange(1, {limited(1, 50ms)}));
  const auto running = run();
  out.clear();
  advance(50ms);
  EXPECT_THAT(all<StopTask>(out), SizeIs(1));
  const auto answered = answers();
  ASSERT_THAT(answered, SizeIs(1));
  ASSERT_THAT(answered[0].reply.results, SizeIs(1));
  EXPECT_EQ(answered[0].reply.results[0].ending, Ending::overran);
  ask(exchange(2, {task(2)}, 1));
  EXPECT_FALSE(run()) << "one task at a time";
  finish(*running, "late");
  EXPECT_EQ(run()->seq, 2u) << "the engine goes on";
  EXPECT_EQ(engine->sessions().at(0).unacknowledged, 0u) << "what it gave late is dropped";
}

TEST_F(TimeLimitTest, ATimeLimitCountsFromTheAdmissionAndNotFromTheStart) {
  ask(exchange(1, {task(1)}));
  const auto first = run();
  ask(exchange(3, {limited(3, 50ms)}));
  advance(100ms);  // the third is here, and not admitted
  ask(exchange(2, {limited(2, 50ms)}));
  out.clear();
  advance(30ms);
  finish(*first);
  const auto second = run();
  ASSERT_EQ(second->seq, 2u);
  advance(20ms);
  const auto stopped = all<StopTask>(out);
  ASSERT_THAT(stopped, SizeIs(1));
  EXPECT_EQ(stopped[0].seq, 2u);
  finish(*second);
  EXPECT_FALSE(run()) << "the third's time was over at the same moment";
}

TEST_F(TimeLimitTest, ATaskThatIsDoneInTimeHeedsNoDeadline) {
  ask(exchange(1, {limited(1, 50ms), limited(2, 70ms)}));
  finish(*run());
  const auto second = run();
  out.clear();
  advance(60ms);
  EXPECT_THAT(all<StopTask>(out), IsEmpty());
  finish(*second);
  advance(1s);
  EXPECT_THAT(all<StopTask>(out), IsEmpty());
}

TEST_F(TimeLimitTest, AnAbortedTaskHasNoDeadline) {
  ask(exchange(1, {task(1), limited(2, 50ms)}));
  run();
  Exchange abort = exchange(2);
  abort.aborts = {2};
  out.clear();
  ask(abort);
  advance(60ms);
  std::vector<Result> results;
  for (const AnswerExchange& answer : answers())
    results.insert(results.end(), answer.reply.results.begin(), answer.reply.results.end());
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(results[0].ending, Ending::aborted);
}

TEST_F(TimeLimitTest, TheClientOfALateTaskMayGoAndTheTaskIsAskedAgain) {
  ask(exchange(1, {limited(1, 50ms)}));
  const auto running = run();
  advance(50ms);
  out.clear();
  engine->forget(kSession, now, out);
  EXPECT_THAT(all<StopTask>(out), SizeIs(1));
  finish(*running, "late");
  ask(exchange(1, {task(1, "another's")}, 0, 1, named(3)));
  EXPECT_EQ(run()->session, named(3));
}

TEST_F(TimeLimitTest, ALimitBeyondTheClockIsNone) {
  ask(exchange(1, {limited(1, kNever), limited(2, kNever - 1h)}));
  run();
  out.clear();
  advance(1s);
  EXPECT_THAT(all<StopTask>(out), IsEmpty());
  EXPECT_EQ(engine->sessions().at(0).queued, 1u);
}

TEST_F(WithdrawalTest, ATaskThatIsWithdrawnDoesNotRunUnlessItRunsAlreadyAndThenGoesOn) {
  ask(exchange(1, {task(1), task(2)}));
  auto running = run();
  Exchange withdraws = exchange(2);
  withdraws.aborts = {{1, true}, {2, true}};
  ask(withdraws);
  EXPECT_TRUE(all<StopTask>(out).empty());
  finish(*running);
  EXPECT_FALSE(run());
}

}  // namespace
}  // namespace enginery::session
