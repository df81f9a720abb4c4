// tests/unit/session/places_test.cpp: who gives a place to a newcomer, and what uploads may hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/session/forgotten.hpp"
#include "engine_sessions_fixture.hpp"

namespace enginery::session {
namespace {

using testing::SizeIs;

constexpr std::uint64_t kHere = 0, kFar = 1, kOther = 2;

class PlacesTest : public EngineSessionsTest {
 protected:
  PlacesTest() { set_places(4); }
  void set_places(std::size_t count) {
    limits.sessions = count;
    limits.chunk_bytes = 4;
    limits.bytes_ahead = 8;
    limits.engine_bytes = 20;
    restart(limits);
  }
  /// A client comes, with or without work.
  Status come(std::uint8_t name, std::uint64_t origin, std::vector<Task> tasks = {}) {
    Exchange made = exchange(1, std::move(tasks), 0, 1, named(name));
    made.origin = origin;
    out.clear();
    const Ticket asked = ask(made);
    now += 1ms;
    for (const AnswerExchange& answer : all<AnswerExchange>(out))
      if (answer.ticket == asked) return answer.reply.status;
    return Status::ok;  // it waits for the task
  }
  bool has(std::uint8_t name) {
    const auto all = engine->sessions();
    return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.session == named(name); });
  }
  std::string words(std::uint8_t name) {
    out.clear();
    Exchange later = exchange(2, {task(1)}, 0, 1, named(name));
    later.open = false;
    ask(later);
    return answers().at(0).reply.words;
  }
  Status give(std::uint8_t name, std::uint64_t total, std::uint64_t offset, std::uint32_t index = 0) {
    const std::string part(std::min<std::uint64_t>(4, total - offset), 'x');
    engine->on_chunk(++ticket, {kEngine, named(name), 1, index, total, offset, text(part)}, now, out);
    return all<AnswerChunk>(out).back().answer.status;
  }
  Limits limits;
};

TEST_F(PlacesTest, ANewcomerGetsThePlaceOfTheLongestSilentOfTheHostThatHasMost) {
  come(10, kHere);
  come(11, kFar);
  come(12, kFar);
  come(13, kFar);
  EXPECT_EQ(come(14, kHere), Status::ok);
  EXPECT_TRUE(has(10)) << "the only one of its host, though it is the longest silent";
  EXPECT_FALSE(has(11));
  EXPECT_EQ(words(11), words_of(Farewell::newcomer, limits));
}

TEST_F(PlacesTest, AHostThatFloodsTakesNoMorePlacesThanTheOthers) {
  come(10, kHere);
  come(11, kHere);
  for (std::uint8_t i = 20; i < 40; ++i) EXPECT_EQ(come(i, kFar), Status::ok);
  EXPECT_TRUE(has(10) && has(11));
  EXPECT_THAT(engine->sessions(), SizeIs(4));
}

TEST_F(PlacesTest, WhoHasWorkKeepsItsPlaceForFifteenSecondsOfSilence) {
  for (std::uint8_t i = 10; i < 14; ++i) come(i, kFar, {task(1)});
  EXPECT_EQ(come(20, kHere), Status::busy);
  advance(15s - 20ms);
  EXPECT_EQ(come(20, kHere), Status::busy);
  advance(20ms);
  EXPECT_EQ(come(20, kHere), Status::ok);
  EXPECT_FALSE(has(10));
  EXPECT_EQ(words(10), words_of(Farewell::unheard, limits));
}

TEST_F(PlacesTest, WithoutANewcomerSilenceOfFifteenSecondsIsNothing) {
  for (std::uint8_t i = 10; i < 14; ++i) come(i, kFar, {task(1)});
  advance(60s);
  EXPECT_THAT(engine->sessions(), SizeIs(4));
}

TEST_F(PlacesTest, AResultThatIsNotAcknowledgedAndOneThatStaysKeepAPlace) {
  set_places(2);
  come(10, kFar, {task(1)});
  finish(*run());
  come(11, kFar);
  engine->keeps(named(11), true);
  EXPECT_EQ(come(20, kHere), Status::busy);
  engine->keeps(named(11), false);
  EXPECT_EQ(come(20, kHere), Status::ok);
  EXPECT_TRUE(has(10));
}

TEST_F(PlacesTest, WhoseResultsStayIsHeardWhileItLivesAndElseGivesItsPlace) {
  set_places(2);
  come(10, kFar);
  come(11, kFar, {task(1)});
  engine->keeps(named(11), true);
  finish(*run());
  Exchange acknowledges = exchange(2, {}, 1, 1, named(11));
  ask(acknowledges);
  EXPECT_TRUE(all<AnswerExchange>(out).back().reply.keeps) << "it is told that it must speak";
  advance(15s);
  come(10, kFar, {task(1)});
  EXPECT_EQ(come(20, kHere), Status::ok);
  EXPECT_FALSE(has(11));
  EXPECT_EQ(words(11), words_of(Farewell::unheard, limits));
}

TEST_F(PlacesTest, TimeInWhichTheEngineStoodStillIsNobodysSilence) {
  limits.standstill = 3s;
  restart(limits);
  for (std::uint8_t i = 10; i < 14; ++i) come(i, kFar, {task(1)});
  advance(11min);
  EXPECT_THAT(engine->sessions(), SizeIs(4));
  EXPECT_EQ(come(20, kHere), Status::busy);
  for (int second = 0; second < 15; ++second) advance(1s);
  EXPECT_EQ(come(20, kHere), Status::ok) << "from then on it listens";
}

TEST_F(PlacesTest, TwoUploadsBeyondTheBudgetGoOneAfterTheOther) {
  come(10, kFar);
  come(11, kOther);
  EXPECT_EQ(give(10, 1000, 0), Status::ok) << "one task may be larger than all budgets";
  EXPECT_EQ(give(11, 1000, 0), Status::later);
  EXPECT_EQ(give(11, 20, 0), Status::ok) << "the others share what there is";
  engine->forget(named(10), now, out);
  EXPECT_EQ(give(11, 1000, 0, 1), Status::ok);
}

TEST_F(PlacesTest, AnUploadThatStopsIsDroppedAfterFifteenSecondsUnlessItIsWithinItsCredit) {
  come(10, kFar);
  come(11, kOther);
  give(10, 1000, 0);
  give(11, 8, 0);
  advance(15s - 5ms);
  EXPECT_TRUE(has(10));
  EXPECT_LE(engine->next_deadline(), now + 5ms);
  advance(5ms);
  EXPECT_FALSE(has(10));
  EXPECT_TRUE(has(11));
  EXPECT_EQ(words(10), words_of(Farewell::half_given, limits));
}

TEST_F(PlacesTest, ATaskThatTheMachineCannotHoldIsRefusedAtItsFirstPart) {
  limits.largest_task = 100;
  restart(limits);
  come(10, kFar);
  EXPECT_EQ(give(10, 60, 0), Status::ok);
  EXPECT_EQ(give(10, 60, 0, 1), Status::no_memory) << "all payloads of a task together";
}

}  // namespace
}  // namespace enginery::session
