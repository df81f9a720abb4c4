// tests/unit/session/client_session_test.cpp: the client's rules, one by one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client_session_fixture.hpp"

namespace enginery::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(ClientSessionTest, ASubmissionGoesAtOnceAndLaterOnesCollect) {
  submit();
  submit();
  submit();
  submit();
  auto exchanges = sent();
  ASSERT_THAT(exchanges, SizeIs(2));
  EXPECT_THAT(exchanges[0].tasks, SizeIs(1));
  EXPECT_TRUE(exchanges[0].open);
  answer(reply(1, 1));
  exchanges = sent();
  ASSERT_THAT(exchanges, SizeIs(1));
  EXPECT_THAT(exchanges[0].tasks, SizeIs(2));
  EXPECT_FALSE(exchanges[0].open);
}

TEST_F(ClientSessionTest, ResultsAreAcknowledgedAfterASecondAndNothingIsOpenMeanwhile) {
  submit();
  sent();
  answer(reply(1, 1, {{1, 1, Ending::done, text("result"), {}}}));
  EXPECT_THAT(all<Deliver>(out), SizeIs(1));
  EXPECT_THAT(sent(), IsEmpty());
  EXPECT_EQ(client.next_deadline(), now + 1s);
  advance(1s);
  auto exchanges = sent();
  ASSERT_THAT(exchanges, SizeIs(1));
  EXPECT_EQ(exchanges[0].result_ack, 1u);
  EXPECT_THAT(exchanges[0].tasks, IsEmpty());
}

TEST_F(ClientSessionTest, ARepeatedResultIsDeliveredOnceAndResultsMayOvertakeEachOther) {
  submit();
  submit();
  sent();
  answer(reply(2, 2, {{2, 2, Ending::done, text("second"), {}}}));
  answer(reply(2, 2, {{2, 2, Ending::done, text("second"), {}}}));
  auto delivered = all<Deliver>(out);
  ASSERT_THAT(delivered, SizeIs(1));
  EXPECT_EQ(delivered[0].seq, 2u);
  sent();
  answer(reply(1, 2, {{1, 1, Ending::done, text("first"), {}}}));
  EXPECT_THAT(all<Deliver>(out), SizeIs(1));
  EXPECT_EQ(client.outstanding_count(), 0u);
  out.clear();
  submit();
  EXPECT_EQ(sent().at(0).result_ack, 2u);
}

TEST_F(ClientSessionTest, ABrokenLinkIsFollowedByTheNextWithEverythingThatIsNotAdmitted) {
  submit("one");
  submit("two");
  sent();
  answer(reply(1, 1));
  out.clear();
  client.on_exchange_failed(1, 2, now, out);
  ASSERT_THAT(all<Relink>(out), SizeIs(1));
  EXPECT_EQ(all<Relink>(out)[0].link, 2u);
  auto exchanges = sent();
  ASSERT_THAT(exchanges, SizeIs(1));
  EXPECT_EQ(exchanges[0].link, 2u);
  EXPECT_EQ(exchanges[0].x, 1u);
  ASSERT_THAT(exchanges[0].tasks, SizeIs(1));
  EXPECT_EQ(exchanges[0].tasks[0].seq, 2u);
  // The other Exchange of the old link needs no answer any more.
  client.on_exchange_failed(1, 1, now, out);
  EXPECT_THAT(out, IsEmpty());
}

TEST_F(ClientSessionTest, ALateAnswerOfAnOldLinkStillBringsItsResults) {
  submit();
  client.on_exchange_failed(1, 1, now, out);
  out.clear();
  answer(reply(1, 1, {{1, 1, Ending::done, text("result"), {}}}), 1);
  EXPECT_THAT(all<Deliver>(out), SizeIs(1));
}

TEST_F(ClientSessionTest, ALinkThatFailsAgainAndAgainWaitsBeforeItTriesAgain) {
  submit();
  client.on_exchange_failed(1, 1, now, out);
  EXPECT_THAT(sent(), SizeIs(2));
  client.on_exchange_failed(2, 1, now, out);
  EXPECT_THAT(sent(), IsEmpty());
  EXPECT_GT(client.next_deadline(), now);
  advance(client.next_deadline() - now);
  EXPECT_THAT(sent(), SizeIs(1));
}

TEST_F(ClientSessionTest, AnUnansweredLinkIsBrokenAndThePatienceDoubles) {
  Limits limits;
  limits.unanswered = 3s;
  restart(limits);
  submit();
  out.clear();
  advance(3s);
  EXPECT_THAT(all<Relink>(out), SizeIs(1));
  out.clear();
  advance(5s);
  EXPECT_THAT(all<Relink>(out), IsEmpty());
  advance(1s);
  EXPECT_THAT(all<Relink>(out), SizeIs(1));
}

TEST_F(ClientSessionTest, AnAbortedTaskThatWasNotSentHasItsOutcomeAtOnceAndLeavesAnEmptyEntry) {
  submit();
  submit();
  const std::uint64_t third = submit();
  out.clear();
  client.abort(third, now, out);
  ASSERT_THAT(all<Deliver>(out), SizeIs(1));
  EXPECT_EQ(all<Deliver>(out)[0].ending, Ending::aborted);
  EXPECT_EQ(client.outstanding_count(), 2u);
  EXPECT_THAT(client.outstanding(), ElementsAre(1u, 2u));
  out.clear();
  client.abort(third, now, out);
  EXPECT_THAT(out, IsEmpty());
  answer(reply(1, 2));
  auto exchanges = sent();
  ASSERT_THAT(exchanges, SizeIs(1));
  EXPECT_TRUE(exchanges[0].tasks.at(0).aborted);
  EXPECT_TRUE(exchanges[0].tasks.at(0).body.empty());
  EXPECT_THAT(exchanges[0].aborts, IsEmpty());
  answer(reply(2, 3, {{1, 3, Ending::aborted, {}, {}}}));
  EXPECT_THAT(all<Deliver>(out), IsEmpty()) << "it has its outcome";
}

TEST_F(ClientSessionTest, ATimeLimitTravelsWithItsTaskOnEveryLink) {
  client.submit(text("task"), {}, now, out, 50ms);
  EXPECT_EQ(sent().at(0).tasks.at(0).time_limit, 50ms);
  client.on_exchange_failed(1, 1, now, out);
  EXPECT_EQ(sent().at(0).tasks.at(0).time_limit, 50ms);
  answer(reply(1, 1, {{1, 1, Ending::expired, {}, {}}}), 2);
  EXPECT_EQ(all<Deliver>(out).at(0).ending, Ending::expired);
}

TEST_F(ClientSessionTest, AnAbortIsRepeatedOnANewLinkUntilTheResultHasCome) {
  submit();
  out.clear();
  client.abort(1, now, out);
  client.abort(1, now, out);
  client.abort(77, now, out);
  auto exchanges = sent();
  ASSERT_THAT(exchanges, SizeIs(1));
  EXPECT_THAT(exchanges[0].aborts, ElementsAre(1u));
  client.on_exchange_failed(1, 2, now, out);
  exchanges = sent();
  ASSERT_THAT(exchanges, SizeIs(1));
  EXPECT_THAT(exchanges[0].aborts, ElementsAre(1u));
  answer(reply(1, 1, {{1, 1, Ending::done, text("its own"), {}}}), 2);
  EXPECT_EQ(all<Deliver>(out).at(0).ending, Ending::done);
  out.clear();
  client.abort(1, now, out);
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(ClientSessionTest, AWithdrawalMayBecomeAnAbortAndIsRepeatedAsWhatItIs) {
  submit();
  out.clear();
  client.abort({1, true}, now, out);
  client.abort({1, true}, now, out);
  auto exchanges = sent();
  ASSERT_THAT(exchanges, SizeIs(1));
  EXPECT_THAT(exchanges[0].aborts, ElementsAre(Abort(1, true)));
  client.on_exchange_failed(1, 2, now, out);
  exchanges = sent();
  ASSERT_THAT(exchanges, SizeIs(1));
  EXPECT_THAT(exchanges[0].aborts, ElementsAre(Abort(1, true)));
  out.clear();
  client.abort(1, now, out);
  client.on_exchange_failed(2, 1, now, out);
  exchanges = sent();
  ASSERT_FALSE(exchanges.empty());
  EXPECT_THAT(exchanges.back().aborts, ElementsAre(Abort(1)));
}

TEST_F(ClientSessionTest, ALostSessionNamesWhatIsOutstandingAndSaysNothingMore) {
  submit();
  submit();
  out.clear();
  Reply unknown;
  unknown.status = Status::unknown;
  unknown.x = 1;
  answer(unknown);
  ASSERT_THAT(all<Lost>(out), SizeIs(1));
  EXPECT_THAT(all<Lost>(out)[0].outstanding, ElementsAre(1u, 2u));
  out.clear();
  answer(reply(2, 2, {{1, 1, Ending::done, text("late"), {}}}));
  EXPECT_THAT(out, IsEmpty());
  EXPECT_EQ(client.next_deadline(), kNever);
}

TEST_F(ClientSessionTest, AnAnswerThatCannotBeTrueEndsTheSession) {
  submit();
  out.clear();
  answer(reply(1, 1'000'000'000));
  EXPECT_THAT(all<Lost>(out), SizeIs(1));
}

TEST_F(ClientSessionTest, OnlyAMissingAcknowledgementInTheWayOpensAnExchange) {
  Limits limits;
  limits.tasks_ahead = 1;
  restart(limits);
  submit();
  submit();
  EXPECT_THAT(sent(), SizeIs(1));
  answer(reply(1, 1, {{1, 1, Ending::done, text("result"), {}}}, 1));
  auto exchanges = sent();
  ASSERT_THAT(exchanges, SizeIs(1));
  EXPECT_EQ(exchanges[0].result_ack, 1u);
  EXPECT_THAT(exchanges[0].tasks, IsEmpty());
  answer(reply(2, 1, {}, 2));
  EXPECT_EQ(sent().at(0).tasks.at(0).seq, 2u);
}

TEST_F(ClientSessionTest, AnOversizedTaskGoesWhenNoneIsOutstanding) {
  Limits limits;
  limits.bytes_ahead = 10;
  restart(limits);
  submit("small");
  submit(std::string(100, 'x'));
  EXPECT_THAT(sent(), SizeIs(1));
  answer(reply(1, 1, {{1, 1, Ending::done, text("result"), {}}}, 4096, 15));
  EXPECT_EQ(sent().at(0).tasks.at(0).seq, 2u);
}

TEST_F(ClientSessionTest, PayloadsGoAsChunksBeforeTheirTaskIntoASessionThatIsOpen) {
  Limits limits;
  limits.chunk_bytes = 4;
  restart(limits);
  submit("task", {text("abcdefghi")});
  EXPECT_THAT(all<SendChunk>(out), IsEmpty());
  auto exchanges = sent();
  ASSERT_THAT(exchanges, SizeIs(1));
  EXPECT_THAT(exchanges[0].tasks, IsEmpty());
  answer(reply(1, 0));
  auto chunks = all<SendChunk>(out);
  ASSERT_THAT(chunks, SizeIs(3));
  EXPECT_EQ(chunks[2].chunk.bytes.text(), "i");
  EXPECT_EQ(chunks[2].chunk.total, 9u);
  out.clear();
  client.on_chunk_answered(1, 0, 0, Status::ok, now, out);
  client.on_chunk_failed(1, 0, 4, now, out);
  client.on_chunk_answered(1, 0, 8, Status::ok, now, out);
  EXPECT_THAT(sent(), IsEmpty());
  advance(1s);
  ASSERT_THAT(all<SendChunk>(out), SizeIs(1));
  EXPECT_EQ(all<SendChunk>(out)[0].chunk.offset, 4u);
  out.clear();
  client.on_chunk_answered(1, 0, 4, Status::ok, now, out);
  exchanges = sent();
  ASSERT_THAT(exchanges, SizeIs(1));
  EXPECT_THAT(exchanges[0].tasks.at(0).bulk_sizes, ElementsAre(9u));
}

TEST_F(ClientSessionTest, ABulkSocketThatStaysSilentIsRenewed) {
  Limits limits;
  limits.unanswered = 3s;
  restart(limits);
  submit("large", {text("abcd")});
  answer(reply(1, 0));
  const auto asked_again_after = [&](Time by) {
    out.clear();
    advance(by);
    return all<SendChunk>(out).size();
  };
  EXPECT_EQ(asked_again_after(3s), 1u);
  EXPECT_EQ(asked_again_after(6s), 1u);
  EXPECT_THAT(all<RenewBulk>(out), IsEmpty()) << "it may be slow";
  EXPECT_EQ(asked_again_after(12s), 1u);
  EXPECT_THAT(all<RenewBulk>(out), SizeIs(1));
  client.on_chunk_answered(1, 0, 0, Status::ok, now, out);
  EXPECT_EQ(asked_again_after(30s), 0u);
}

TEST_F(ClientSessionTest, ATaskForWhosePayloadThereIsNoMemoryFailsAndTheNextOnesGoOn) {
  Limits limits;
  limits.chunk_bytes = 4;
  restart(limits);
  submit("large", {text("abcdefgh")});
  submit("small");
  answer(reply(1, 0));
  ASSERT_THAT(all<SendChunk>(out), SizeIs(2));
  out.clear();
  client.on_chunk_answered(1, 0, 4, Status::no_memory, now, out);
  const auto ended = all<Deliver>(out);
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ended[0].seq, 1u);
  EXPECT_EQ(ended[0].ending, Ending::no_memory);
  const auto exchanges = sent();
  ASSERT_THAT(exchanges, SizeIs(1));
  ASSERT_THAT(exchanges[0].tasks, SizeIs(2));
  EXPECT_TRUE(exchanges[0].tasks[0].aborted);
  EXPECT_EQ(exchanges[0].tasks[1].body.text(), "small");
  out.clear();
  client.on_chunk_answered(1, 0, 0, Status::no_memory, now, out);
  EXPECT_THAT(all<Deliver>(out), IsEmpty()) << "once";
}

TEST_F(ClientSessionTest, AResultWithPayloadsIsDeliveredAndAcknowledgedAfterItsLastChunk) {
  Limits limits;
  limits.chunk_bytes = 4;
  restart(limits);
  submit();
  out.clear();
  answer(reply(1, 1, {{1, 1, Ending::done, text("result"), {6, 0}}}));
  EXPECT_THAT(all<Deliver>(out), IsEmpty());
  ASSERT_THAT(all<SendFetch>(out), SizeIs(2));
  client.on_fetched(1, 0, 4, {Status::ok, text("ef")}, now, out);
  client.on_fetched(1, 0, 0, {Status::ok, text("abcd")}, now, out);
  auto delivered = all<Deliver>(out);
  ASSERT_THAT(delivered, SizeIs(1));
  EXPECT_EQ(delivered[0].bulk.at(0).text(), "abcdef");
  EXPECT_TRUE(delivered[0].bulk.at(1).empty());
}

TEST_F(ClientSessionTest, TheQueueIsBoundedButTakesAnyTaskWhenItIsEmpty) {
  Limits limits;
  limits.queue_tasks = 2;
  limits.queue_bytes = 10;
  restart(limits);
  EXPECT_TRUE(client.has_room(1000));
  submit("12345678");
  EXPECT_FALSE(client.has_room(3));
  EXPECT_TRUE(client.has_room(2));
  submit("9");
  EXPECT_FALSE(client.has_room(0));
  answer(reply(1, 2));
  EXPECT_TRUE(client.has_room(1000));
}

TEST_F(ClientSessionTest, ByeIsTheLastWord) {
  submit();
  out.clear();
  client.bye(now, out);
  EXPECT_TRUE(sent().at(0).bye);
  answer(reply(1, 1, {{1, 1, Ending::done, text("result"), {}}}));
  EXPECT_THAT(out, IsEmpty());
}

}  // namespace
}  // namespace enginery::session
