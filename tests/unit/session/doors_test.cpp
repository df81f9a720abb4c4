// tests/unit/session/doors_test.cpp: a session is opened once, however many others end meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine_sessions_fixture.hpp"

namespace enginery::session {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class DoorsTest : public EngineSessionsTest {
 protected:
  Exchange bye(Uuid session) {
    Exchange made = exchange(1, {}, 0, 1, session);
    made.bye = true;
    return made;
  }
  /// So many strangers' sessions end.
  void crowd(std::size_t count) {
    for (; count > 0; --count) ask(bye(Uuid::random()));
    out.clear();
  }
  /// What the engine says to an Exchange.
  Reply said(const Exchange& asked) {
    out.clear();
    ask(asked);
    return answers().at(0).reply;
  }
};

TEST_F(DoorsTest, AnOldExchangeRunsNothingAgainHoweverManySessionsHaveEnded) {
  const Exchange first = exchange(1, {task(1)});
  ask(first);
  finish(*run());
  ask(bye(kSession));
  EXPECT_EQ(said(first).status, Status::unknown);
  crowd(Limits{}.forgotten + 6);
  EXPECT_EQ(said(first).status, Status::closed_door);
  EXPECT_FALSE(run());
}

TEST_F(DoorsTest, TheDoorBeforeIsOpenAndOneToComeIsNot) {
  Limits limits;
  limits.forgotten = 2;
  restart(limits);
  crowd(2);
  EXPECT_EQ(said(exchange(1)).status, Status::ok) << "who knows the door before comes in";
  Exchange early = exchange(1, {}, 0, 1, named(7));
  early.door = ~0ull;
  EXPECT_EQ(said(early).status, Status::closed_door);
  crowd(2);
  const Reply closed = said(exchange(1, {}, 0, 1, named(3)));
  EXPECT_EQ(closed.status, Status::closed_door);
  EXPECT_EQ(closed.door, 2u);
}

class ClosedDoorTest : public DoorsTest {
 protected:
  ClosedDoorTest() {
    Limits limits;
    limits.forgotten = 2;
    restart(limits);
    crowd(6);
  }
  /// Brings what the client sends to the engine, and the answers back, until both are quiet.
  void talk() {
    while (!asked.empty()) {
      const auto sends = all<SendExchange>(asked);
      asked.clear();
      for (const SendExchange& send : sends) {
        ++requests;
        out.clear();
        ask(send.exchange);
        while (auto running = run()) finish(*running);
        for (const AnswerExchange& answer : all<AnswerExchange>(out))
          client.on_reply(send.exchange.link, answer.reply, now, asked);
      }
      for (const Deliver& one : all<Deliver>(asked)) delivered += one.ending == Ending::done;
      for (const Lost& one : all<Lost>(asked)) lost.push_back(one);
    }
  }
  ClientSession client{kEngine, kSession, Limits{}};
  ClientActions asked;
  int requests = 0, delivered = 0;
  std::vector<Lost> lost;
};

TEST_F(ClosedDoorTest, AClientThatKnowsNoDoorComesInWithOneRequestMoreAndItsNextSessionWithNone) {
  client.submit(text("task"), {}, now, asked);
  talk();
  EXPECT_EQ(delivered, 1);
  EXPECT_EQ(requests, 2);
  EXPECT_THAT(lost, IsEmpty());
  client = ClientSession(kEngine, named(5), Limits{}, client.door());
  client.submit(text("task"), {}, now, asked);
  talk();
  EXPECT_EQ(delivered, 2);
  EXPECT_EQ(requests, 3);
}

TEST_F(ClosedDoorTest, WhatTheEngineMayHaveRunIsNotSentThroughAnotherDoor) {
  client.submit(text("task"), {}, now, asked);
  asked.clear();  // lost on its way, or not
  client.on_exchange_failed(1, 1, now, asked);
  talk();
  EXPECT_EQ(delivered, 0);
  ASSERT_THAT(lost, SizeIs(1));
  EXPECT_EQ(lost[0].why, Status::closed_door);
  EXPECT_THAT(lost[0].outstanding, SizeIs(1));
  EXPECT_FALSE(run());
}

}  // namespace
}  // namespace enginery::session
