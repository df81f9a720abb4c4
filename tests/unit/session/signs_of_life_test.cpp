// tests/unit/session/signs_of_life_test.cpp: when a client speaks that has nothing to say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client_session_fixture.hpp"

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

TEST_F(SignsOfLifeTest, ThatNoResultStaysIsNotBelievedOfAnAnswerThatAnotherMayHaveOvertaken) {
  submit();
  submit();
  ASSERT_THAT(sent(), SizeIs(2));
  Reply stays = reply(1, 2, {{1, 1, Ending::done, text("result"), {}}, {2, 2, Ending::done, text("result"), {}}});
  stays.keeps = true;
  answer(stays);
  answer(reply(2, 1));
  advance(1s);
  out.clear();
  stays = reply(3, 2);
  stays.keeps = true;
  answer(stays);
  EXPECT_EQ(client.next_deadline(), now + Limits{}.unheard / 3);
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
