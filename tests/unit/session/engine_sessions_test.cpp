// tests/unit/session/engine_sessions_test.cpp: the engine's rules, one by one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "engine_sessions_fixture.hpp"

namespace enginery::session {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST_F(EngineSessionsTest, TheNewestExchangeIsParkedAndTheOthersAreAnsweredAtOnce) {
  const Ticket first = ask(exchange(1, {task(1)}));
  EXPECT_THAT(all<WorkReady>(out), SizeIs(1));
  EXPECT_THAT(answers(), IsEmpty());
  ask(exchange(2, {task(2)}));
  auto answered = answers();
  ASSERT_THAT(answered, SizeIs(1));
  EXPECT_EQ(answered[0].ticket, first);
  EXPECT_EQ(answered[0].reply.admitted, 2u);
}

TEST_F(EngineSessionsTest, TheLastResultIsAnsweredImmediatelyAndEarlierOnesWaitForCompanyALittle) {
  ask(exchange(1, {task(1), task(2), task(3)}));
  out.clear();
  finish(*run());
  EXPECT_THAT(answers(), IsEmpty());
  EXPECT_EQ(engine->next_deadline(), now + 200us);
  auto second = run();
  advance(200us);
  EXPECT_EQ(answers().at(0).reply.results.size(), 1u);
  ask(exchange(2, {}, 1));
  finish(*second);
  EXPECT_THAT(answers(), IsEmpty());
  finish(*run());
  auto answered = answers();
  ASSERT_THAT(answered, SizeIs(1));
  EXPECT_THAT(answered[0].reply.results, SizeIs(2));
}

TEST_F(EngineSessionsTest, AParkedExchangeIsAnsweredAfterASecond) {
  ask(exchange(1, {task(1)}));
  out.clear();
  run();
  advance(999ms);
  EXPECT_THAT(answers(), IsEmpty());
  advance(1ms);
  EXPECT_THAT(answers(), SizeIs(1));
}

TEST_F(EngineSessionsTest, AnExchangeIsNotKeptWhenNothingIsOwed) {
  ask(exchange(1));
  EXPECT_THAT(answers(), SizeIs(1));
}

TEST_F(EngineSessionsTest, OnlyAnExchangeMarkedOpenForThisEngineMakesASession) {
  Exchange closed = exchange(1, {task(1)});
  closed.open = false;
  ask(closed);
  EXPECT_EQ(answers().at(0).reply.status, Status::unknown);
  Exchange foreign = exchange(1, {task(1)});
  foreign.engine = named(9);
  ask(foreign);
  EXPECT_EQ(answers().at(0).reply.status, Status::wrong_engine);
  EXPECT_FALSE(run());
}

TEST_F(EngineSessionsTest, ChunksAndFetchesThatAreMeantForAnotherEngineAreRefused) {
  ask(exchange(1, {task(1)}));
  EXPECT_EQ(chunk(2, 4, 0, "abcd"), Status::ok) << "this engine's are taken";
  engine->on_chunk(++ticket, {named(9), kSession, 2, 1, 4, 0, text("abcd")}, now, out);
  EXPECT_EQ(all<AnswerChunk>(out).back().answer.status, Status::wrong_engine);
  finish(*run(), "", {text("result")});
  EXPECT_EQ(fetch(1, 0, 0, 6), Status::ok);
  engine->on_fetch(++ticket, {named(9), kSession, 1, 0, 0, 6}, now, out);
  const Fetched fetched = all<AnswerFetch>(out).back().fetched;
  EXPECT_EQ(fetched.status, Status::wrong_engine);
  EXPECT_TRUE(fetched.bytes.empty());
}

TEST_F(EngineSessionsTest, BeyondItsNumberOfSessionsNewOnesAreRefusedWithWords) {
  Limits limits;
  limits.sessions = 1;
  restart(limits);
  ask(exchange(1, {task(1)}));
  out.clear();
  ask(exchange(1, {task(1)}, 0, 1, named(3)));
  auto answered = answers();
  EXPECT_EQ(answered.at(0).reply.status, Status::busy);
  EXPECT_FALSE(answered.at(0).reply.words.empty());
}

TEST_F(EngineSessionsTest, ANewLinkGetsTheResultsAgainAndTheOldOneIsStale) {
  ask(exchange(1, {task(1)}));
  finish(*run());
  out.clear();
  ask(exchange(1, {task(1)}, 0, 2));
  auto answered = answers();
  ASSERT_THAT(answered, SizeIs(1));
  EXPECT_THAT(answered[0].reply.results, SizeIs(1));
  EXPECT_FALSE(run()) << "an admitted task runs once";
  ask(exchange(2, {task(2)}, 0, 1));
  EXPECT_EQ(answers().at(0).reply.status, Status::stale);
  EXPECT_FALSE(run());
}

TEST_F(EngineSessionsTest, ATaskRunsOnceHoweverOftenItComes) {
  std::uint64_t x = 0;
  std::uint32_t link = 1;
  const auto comes = [&](std::uint64_t ack = 0) { ask(exchange(++x, {task(1)}, ack, link)); };
  comes();
  comes();  // while it is queued
  const auto running = run();
  ASSERT_TRUE(running);
  comes();  // while it runs
  finish(*running);
  comes();  // while its result waits
  link = 2, x = 0;
  comes();   // on a new link
  comes(1);  // with its result acknowledged
  EXPECT_FALSE(run());
  Exchange bye = exchange(++x, {}, 1, link);
  bye.bye = true;
  ask(bye);
  comes();  // when the session has ended
  EXPECT_FALSE(run());
}

TEST_F(EngineSessionsTest, ADuplicateExchangeIsAnsweredEmptyAndDropped) {
  ask(exchange(1, {task(1)}));
  out.clear();
  const Ticket copy = ask(exchange(1, {task(1)}));
  auto answered = answers();
  ASSERT_THAT(answered, SizeIs(1));
  EXPECT_EQ(answered[0].ticket, copy);
  EXPECT_THAT(answered[0].reply.results, IsEmpty());
}

TEST_F(EngineSessionsTest, TasksThatOvertakeWaitForThoseBeforeThem) {
  ask(exchange(2, {task(2), task(3)}));
  EXPECT_FALSE(run());
  ask(exchange(1, {task(1)}));
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    auto running = run();
    ASSERT_TRUE(running);
    EXPECT_EQ(running->seq, seq);
    finish(*running);
  }
}

TEST_F(EngineSessionsTest, AnAbortReachesQueuedRunningAndComingTasks) {
  ask(exchange(1, {task(1), task(2)}));
  auto running = run();
  out.clear();
  Exchange aborts = exchange(2);
  aborts.aborts = {1, 2, 3};
  ask(aborts);
  ASSERT_THAT(all<StopTask>(out), SizeIs(1));
  EXPECT_EQ(all<StopTask>(out)[0].seq, 1u);
  ask(exchange(3, {task(3)}));
  out.clear();
  finish(*running);
  EXPECT_FALSE(run());
  EXPECT_EQ(engine->sessions().at(0).unacknowledged, 3u);
}

TEST_F(EngineSessionsTest, SessionsTakeTurns) {
  Limits limits;
  limits.turn_tasks = 2;
  restart(limits);
  ask(exchange(1, {task(1), task(2), task(3), task(4)}));
  ask(exchange(1, {task(1), task(2)}, 0, 1, named(3)));
  std::string order;
  while (auto running = run()) {
    order += running->session == kSession ? 'a' : 'b';
    finish(*running);
  }
  EXPECT_EQ(order, "aabbaa");
}

TEST_F(EngineSessionsTest, ATurnEndsAfterAMillisecond) {
  ask(exchange(1, {task(1), task(2)}));
  ask(exchange(1, {task(1)}, 0, 1, named(3)));
  auto first = run();
  now += 1ms;
  finish(*first);
  EXPECT_EQ(run()->session, named(3));
}

TEST_F(EngineSessionsTest, NoTaskStartsWhileTooManyResultsWait) {
  Limits limits;
  limits.result_bytes = 10;
  restart(limits);
  ask(exchange(1, {task(1), task(2)}));
  out.clear();
  finish(*run(), std::string(11, 'x'));
  EXPECT_THAT(answers(), SizeIs(1)) << "no task can run, so the result goes at once";
  EXPECT_FALSE(run());
  ask(exchange(2, {}, 1));
  EXPECT_THAT(all<WorkReady>(out), SizeIs(1));
  EXPECT_TRUE(run());
}

TEST_F(EngineSessionsTest, AClientThatOverstepsItsLimitsLosesItsSession) {
  Limits limits;
  limits.tasks_ahead = 2;
  limits.bytes_ahead = 20;
  restart(limits);
  ask(exchange(1, {task(1), task(2), task(3)}));
  EXPECT_EQ(answers().back().reply.status, Status::unknown);
  ask(exchange(1, {task(1)}, 7, 1, named(3)));
  EXPECT_EQ(answers().back().reply.status, Status::unknown) << "it acknowledged what was never sent";
  ask(exchange(1, {task(1), task(2, std::string(30, 'x'))}, 0, 1, named(4)));
  EXPECT_EQ(answers().back().reply.status, Status::unknown);
  EXPECT_FALSE(run());
}

TEST_F(EngineSessionsTest, OneOversizedTaskIsTakenWhenNoneIsOutstanding) {
  Limits limits;
  limits.bytes_ahead = 20;
  restart(limits);
  ask(exchange(1, {task(1, std::string(1000, 'x'))}));
  EXPECT_TRUE(run());
}

TEST_F(EngineSessionsTest, ALimitThatRisesAfterItWasReachedIsToldAtOnce) {
  Limits limits;
  limits.tasks_ahead = 2;
  restart(limits);
  ask(exchange(1, {task(1), task(2)}));
  finish(*run());
  auto second = run();
  advance(1ms);
  out.clear();
  ask(exchange(2, {}, 1));
  auto answered = answers();
  ASSERT_THAT(answered, SizeIs(1));
  EXPECT_EQ(answered[0].reply.task_limit, 3u);
}

TEST_F(EngineSessionsTest, TheBudgetOfTheEngineShrinksWhatIsGranted) {
  Limits limits;
  limits.bytes_ahead = 100;
  limits.engine_bytes = 100;
  restart(limits);
  ask(exchange(1, {task(1, std::string(80, 'x'))}));
  finish(*run(), std::string(60, 'y'));
  const Reply told = answers().back().reply;
  EXPECT_GE(told.byte_limit, 100u) << "never lowered";
  EXPECT_LT(told.byte_limit, 180u);
}

TEST_F(EngineSessionsTest, ChunksMayBeRepeatedAndComeInAnyOrder) {
  Limits limits;
  limits.chunk_bytes = 4;
  restart(limits);
  EXPECT_EQ(chunk(1, 6, 0, "abcd"), Status::unknown) << "no session yet";
  ask(exchange(1));
  EXPECT_EQ(chunk(1, 6, 4, "ef"), Status::ok);
  EXPECT_EQ(chunk(1, 6, 0, "abcd"), Status::ok);
  EXPECT_EQ(chunk(1, 6, 0, "abcd"), Status::ok);
  ask(exchange(2, {{1, false, text("task"), {6}}}));
  auto running = run();
  ASSERT_TRUE(running);
  EXPECT_EQ(running->bulk.at(0).text(), "abcdef");
  EXPECT_EQ(chunk(1, 6, 0, "abcd"), Status::ok) << "late, and dropped";
}

TEST_F(EngineSessionsTest, AChunkThatCannotBeTrueEndsTheSession) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  Limits limits;
  limits.chunk_bytes = 4;
  limits.bytes_ahead = 100;
  const auto opened = [&] {
    restart(limits);
    ask(exchange(1));
  };
  opened();
  EXPECT_EQ(chunk(1, 6, most - 3, "abcd"), Status::unknown);
  opened();
  EXPECT_EQ(chunk(1, 6, 2, "abcd"), Status::unknown) << "not where a chunk begins";
  opened();
  EXPECT_EQ(chunk(1, 6, 0, "abc"), Status::unknown) << "too short";
  opened();
  EXPECT_EQ(chunk(1, 6, 0, "abcd"), Status::ok);
  EXPECT_EQ(chunk(1, 7, 4, "efg"), Status::unknown) << "another total";
  opened();
  EXPECT_EQ(chunk(2, 101, 0, "abcd"), Status::unknown) << "beyond its credit";
  opened();
  ask(exchange(2, {{1, false, text("task"), {most, most}}}));
  EXPECT_EQ(answers().back().reply.status, Status::unknown);
}

TEST_F(EngineSessionsTest, APayloadForWhichThereIsNoMemoryIsRefusedAndTheSessionGoesOn) {
  Limits limits;
  limits.chunk_bytes = 4;
  restart(limits);
  ask(exchange(1));
  EXPECT_EQ(chunk(1, std::numeric_limits<std::uint64_t>::max(), 0, "abcd"), Status::no_memory);
  ask(exchange(2, {{1, true, {}, {}}, task(2)}));
  EXPECT_EQ(run()->seq, 2u);
}

TEST_F(EngineSessionsTest, AChunkOfATaskThatWasGivenUpMayComeLate) {
  Limits limits;
  limits.chunk_bytes = 4;
  limits.bytes_ahead = 4;
  restart(limits);
  ask(exchange(1));
  ask(exchange(3, {task(2)}));
  EXPECT_EQ(chunk(1, 100, 4, "efgh"), Status::ok) << "the empty entry in its place is on its way";
  ask(exchange(2, {{1, true, {}, {}}}));
  EXPECT_EQ(run()->seq, 2u);
}

TEST_F(EngineSessionsTest, AFetchOutsideOfItsPayloadIsUnknown) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  ask(exchange(1, {task(1)}));
  finish(*run(), "result", {text("abcdef")});
  EXPECT_EQ(fetch(1, 0, 2, 4), Status::ok);
  EXPECT_EQ(all<AnswerFetch>(out).back().fetched.bytes.text(), "cdef");
  EXPECT_EQ(fetch(1, 0, 2, 5), Status::unknown);
  EXPECT_EQ(fetch(1, 0, most, 2), Status::unknown);
  EXPECT_EQ(fetch(1, 0, 2, most), Status::unknown);
  EXPECT_EQ(fetch(1, 1, 0, 1), Status::unknown);
  EXPECT_EQ(fetch(2, 0, 0, 1), Status::unknown);
  EXPECT_EQ(fetch(0, 0, 0, 1), Status::unknown);
  ask(exchange(2, {}, 1));
  EXPECT_EQ(fetch(1, 0, 2, 4), Status::unknown) << "acknowledged, and dropped";
}

TEST_F(EngineSessionsTest, AForgottenSessionStopsItsTaskAndIsNeverOpenedAgain) {
  ask(exchange(1, {task(1), task(2)}));
  auto running = run();
  out.clear();
  engine->forget(kSession, now, out);
  EXPECT_THAT(all<StopTask>(out), SizeIs(1));
  ASSERT_THAT(all<SessionEnded>(out), SizeIs(1));
  EXPECT_EQ(all<SessionEnded>(out).at(0).why, Farewell::gone);
  EXPECT_EQ(answers().at(0).reply.status, Status::unknown);
  finish(*running);
  EXPECT_THAT(out, IsEmpty());
  ask(exchange(1, {task(1)}));
  EXPECT_EQ(answers().at(0).reply.status, Status::unknown);
  EXPECT_FALSE(run());
}

TEST_F(EngineSessionsTest, AByeThatOvertakesItsSessionKeepsItFromBeingOpened) {
  Exchange bye = exchange(2);
  bye.bye = true;
  ask(bye);
  EXPECT_EQ(answers().at(0).reply.status, Status::ok);
  ask(exchange(1, {task(1)}));
  EXPECT_EQ(answers().at(0).reply.status, Status::unknown);
}

TEST_F(EngineSessionsTest, AfterTenMinutesOfSilenceASessionIsForgotten) {
  ask(exchange(1, {task(1)}));
  advance(1s);
  EXPECT_THAT(engine->sessions(), SizeIs(1));
  advance(10min);
  EXPECT_THAT(engine->sessions(), IsEmpty());
}

// Both machines together.
TEST(SessionTest, ABlockingCallCostsOneRequestAndOneReply) {
  ClientSession client(kEngine, kSession, Limits{});
  EngineSessions engine(kEngine, Limits{});
  Time now = 1h;
  Ticket requests = 0;
  std::uint64_t replies = 0, delivered = 0;
  for (int call = 0; call < 1000; ++call) {
    ClientActions asked;
    EngineActions answered;
    client.submit(text("task"), {}, now += 100us, asked);
    for (const SendExchange& send : all<SendExchange>(asked))
      engine.on_exchange(++requests, send.exchange, now += 50us, answered);
    while (auto running = engine.next(now, answered))
      engine.finished(running->session, running->seq, text("result"), {}, now += 10us, answered);
    asked.clear();
    for (const AnswerExchange& answer : all<AnswerExchange>(answered)) {
      ++replies;
      client.on_reply(1, answer.reply, now += 50us, asked);
    }
    delivered += all<Deliver>(asked).size();
    EXPECT_THAT(all<SendExchange>(asked), IsEmpty());
  }
  EXPECT_EQ(delivered, 1000u);
  EXPECT_EQ(requests, 1000u);
  EXPECT_EQ(replies, 1000u);
}

}  // namespace
}  // namespace enginery::session
