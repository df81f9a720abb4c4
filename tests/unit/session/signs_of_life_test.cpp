// tests/unit/session/signs_of_life_test.cpp: when a client speaks that has nothing to say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client_session_fixture.hpp"
#include "core/session/ledger.hpp"

namespace enginery::session {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using SignsOfLifeTest = ClientSessionTest;

TEST_F(SignsOfLifeTest, AnIdleClientSaysThatItLives) {
  submit();
  answer(reply(1, 1, {{1, 1, Ending::done, text("result"), {}}}));
  advance(1s);
  out.clear();
  answer(reply(2, 1));
  EXPECT_EQ(client.next_deadline(), now + Limits{}.silence / 4);
  advance(Limits{}.silence / 4);
  EXPECT_THAT(sent(), SizeIs(1));
}

TEST_F(SignsOfLifeTest, AClientWhoseResultsStaySpeaksThreeTimesBeforeItIsUnheard) {
  submit();
  sent();
  Reply stays = reply(1, 1, {{1, 1, Ending::done, text("result"), {}}});
  stays.keeps = true;
  answer(stays);
  for (std::uint64_t x = 2; x < 5; ++x) {
    advance(x == 2 ? 1s : Limits{}.unheard / 3);  // an acknowledgement comes first
    EXPECT_THAT(sent(), SizeIs(1));
    out.clear();
    stays = reply(x, 1);
    stays.keeps = true;
    answer(stays);
    EXPECT_EQ(client.next_deadline(), now + Limits{}.unheard / 3);
  }
  advance(Limits{}.unheard / 3);
  out.clear();
  answer(reply(5, 1));
  EXPECT_EQ(client.next_deadline(), now + Limits{}.silence / 4) << "none stays any more";
}

TEST(LinkTest, AnAnswerIsTheNewestOnlyOfAnExchangeThatWasSentAloneAndLast) {
  Link link{Limits{}};
  link.open(0, 1h);
  EXPECT_TRUE(link.alone(1));
  link.open(0, 1h);
  EXPECT_FALSE(link.alone(1)) << "that of the second may have come first";
  EXPECT_FALSE(link.alone(2)) << "that of the first may have been given later";
  link.answered(2);
  EXPECT_FALSE(link.alone(1));
  link.answered(1);
  link.open(0, 1h);
  EXPECT_TRUE(link.alone(3));
}

TEST_F(SignsOfLifeTest, AClientWhoseChunksAreNotAnsweredSaysThatItLives) {
  const std::uint64_t seq = submit("task", {Bytes::copy(std::vector<std::byte>(2 * Limits{}.chunk_bytes))});
  answer(reply(1, 0));
  ASSERT_THAT(all<SendChunk>(out), SizeIs(2));
  out.clear();
  advance(Limits{}.unheard / 3);
  EXPECT_THAT(sent(), SizeIs(1));
  answer(reply(2, 0));
  client.on_chunk_answered(seq, 0, 0, Status::ok, now, out);
  client.on_chunk_answered(seq, 0, Limits{}.chunk_bytes, Status::ok, now, out);
  out.clear();
  answer(reply(3, 1, {{1, seq, Ending::done, text("result"), {}}}));
  EXPECT_EQ(client.next_deadline(), now + Limits{}.poll) << "the acknowledgement is all that is left to say";
}

TEST_F(SignsOfLifeTest, AnIdleClientThatLostItsPlaceHasLostNothing) {
  submit();
  answer(reply(1, 1, {{1, 1, Ending::done, text("result"), {}}}));
  advance(1s);
  answer(reply(2, 1));
  advance(Limits{}.silence / 4);
  out.clear();
  Reply ended = reply(3, 0);
  ended.status = Status::unknown;
  answer(ended);
  ASSERT_THAT(all<Lost>(out), SizeIs(1));
  EXPECT_THAT(all<Lost>(out)[0].outstanding, IsEmpty());
}

}  // namespace
}  // namespace enginery::session
