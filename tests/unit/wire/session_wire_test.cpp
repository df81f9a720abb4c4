// tests/unit/wire/session_wire_test.cpp: the session's and the hub's messages, there and back.
#include "core/wire/session_wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

#include "core/wire/engine_wire.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Opened sent(messages::Message message) { return open_frame(std::move(message).share()); }

TEST(SessionWire, AnExchangeIsReadAsItWasWritten) {
  session::Exchange exchange;
  exchange.engine = Uuid::random();
  exchange.session = Uuid::random();
  exchange.link = 3;
  exchange.x = 7;
  exchange.open = true;
  exchange.result_ack = UINT64_MAX;
  exchange.client_pid = 12;
  exchange.client_start = 34;
  exchange.tasks = {{1, false, Bytes::copy("body"), {}, session::Time(250)},
                    {2, true, Bytes(), {}},
                    {3, false, Bytes::copy(std::string(1000, 'x')), {std::uint64_t{5} << 32, 7}, session::kNever}};
  exchange.aborts = {2, 9, {4, true}};
  const session::Exchange read = decode_exchange(sent(encode(exchange)));
  EXPECT_EQ(read.engine, exchange.engine);
  EXPECT_EQ(read.session, exchange.session);
  EXPECT_EQ(read.link, 3u);
  EXPECT_EQ(read.x, 7u);
  EXPECT_TRUE(read.open);
  EXPECT_FALSE(read.bye);
  EXPECT_EQ(read.result_ack, UINT64_MAX);
  EXPECT_EQ(read.client_start, 34u);
  ASSERT_EQ(read.tasks.size(), 3u);
  EXPECT_EQ(read.tasks[0].body.text(), "body");
  EXPECT_TRUE(read.tasks[1].aborted);
  EXPECT_EQ(read.tasks[2].seq, 3u);
  EXPECT_EQ(read.tasks[2].body.text(), std::string(1000, 'x'));
  EXPECT_THAT(read.tasks[2].bulk_sizes, ElementsAre(std::uint64_t{5} << 32, 7));
  EXPECT_EQ(read.tasks[0].time_limit, session::Time(250));
  EXPECT_EQ(read.tasks[1].time_limit, session::Time(0));
  EXPECT_EQ(read.tasks[2].time_limit, session::kNever);
  EXPECT_THAT(read.aborts, ElementsAre(2, 9, session::Abort(4, true)));
}

TEST(SessionWire, AReplyIsReadAsItWasWritten) {
  session::Reply reply;
  reply.status = session::Status::busy;
  reply.x = 4;
  reply.admitted = 5;
  reply.task_limit = 6;
  reply.byte_limit = 7;
  reply.words = "too many";
  reply.door = 8;
  reply.keeps = true;
  reply.results = {{1, 2, session::Ending::done, Bytes::copy("result"), {}},
                   {2, 3, session::Ending::aborted, Bytes(), {}},
                   {3, 4, session::Ending::expired, Bytes(), {}},
                   {4, 5, session::Ending::overran, Bytes(), {}}};
  const session::Reply read = decode_reply(sent(encode(reply)));
  EXPECT_EQ(read.status, session::Status::busy);
  EXPECT_EQ(read.byte_limit, 7u);
  EXPECT_EQ(read.words, "too many");
  EXPECT_EQ(read.door, 8u);
  EXPECT_TRUE(read.keeps);
  ASSERT_EQ(read.results.size(), 4u);
  EXPECT_EQ(read.results[0].r, 1u);
  EXPECT_EQ(read.results[0].seq, 2u);
  EXPECT_EQ(read.results[0].body.text(), "result");
  EXPECT_EQ(read.results[0].ending, session::Ending::done);
  EXPECT_EQ(read.results[1].ending, session::Ending::aborted);
  EXPECT_EQ(read.results[2].ending, session::Ending::expired);
  EXPECT_EQ(read.results[3].ending, session::Ending::overran);
}

TEST(SessionWire, ChunksAndFetchesAreReadAsTheyWereWritten) {
  const Uuid engine = Uuid::random(), session = Uuid::random();
  const auto chunk = decode_chunk(sent(encode(
      session::Chunk{engine, session, 5, 1, std::uint64_t{3} << 30, std::uint64_t{2} << 30, Bytes::copy("part")})));
  EXPECT_EQ(chunk.engine, engine);
  EXPECT_EQ(chunk.total, std::uint64_t{3} << 30);
  EXPECT_EQ(chunk.offset, std::uint64_t{2} << 30);
  EXPECT_EQ(chunk.bytes.text(), "part");
  EXPECT_EQ(decode_chunk_answer(sent(encode(session::ChunkAnswer{session::Status::unknown}))).status,
            session::Status::unknown);
  EXPECT_EQ(decode_fetch(sent(encode(session::Fetch{engine, session, 9, 2, 100, 50}))).length, 50u);
  const auto fetched = decode_fetched(sent(encode(session::Fetched{session::Status::ok, Bytes::copy("there")})));
  EXPECT_EQ(fetched.bytes.text(), "there");
}

TEST(SessionWire, BodiesLieOnSixteenBytes) {
  session::Exchange exchange;
  exchange.tasks = {{1, false, Bytes::copy("a"), {}}, {2, false, Bytes::copy("b"), {}}};
  for (const session::Task& task : decode_exchange(sent(encode(exchange))).tasks)
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(task.body.data()) % 16, 0u);
}

TEST(SessionWire, WhatIsNotAMessageIsRefusedInWords) {
  const auto refused = [](std::string_view bytes) {
    try {
      decode_exchange(open_frame(Bytes::copy(bytes)));
    } catch (const ProtocolError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(refused(""), HasSubstr("shorter than its preamble"));
  EXPECT_THAT(refused("GET / HTTP/1.1\r\n\r\n"), HasSubstr("another program"));
  EXPECT_THAT(refused(std::string_view("EGN1\x01\x02\0\0\0\0\0\0", 12)), HasSubstr("protocol version 2"));
  EXPECT_THAT(refused(std::string_view("EGN1\x01\x01\0\0\xff\0\0\0", 12)), HasSubstr("does not fit"));
  EXPECT_THAT(refused(std::string_view("EGN1\x01\x01\0\0\0\0\0\0", 12)), HasSubstr("does not pass verification"));
}

TEST(SessionWire, EveryFlippedByteOfAnExchangeIsReadOrRefusedButNeverMore) {
  session::Exchange exchange;
  exchange.tasks = {{1, false, Bytes::copy("body"), {9}, session::Time(7)}, {2, false, Bytes::copy("another"), {}}};
  exchange.aborts = {1};
  messages::Message message = encode(exchange);
  const std::string good(reinterpret_cast<const char*>(message.data()), message.size());
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const int flip : {1, 0x80, 0xff}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ flip);
      try {
        for (const session::Task& task : decode_exchange(open_frame(Bytes::copy(bad))).tasks)
          EXPECT_LT(task.body.size(), 4096u);
      } catch (const ProtocolError&) {}
    }
}

TEST(ControlWire, AnInterruptAndItsAnswerAreReadAsTheyWereWritten) {
  const Uuid engine = Uuid::random();
  EXPECT_EQ(decode_interrupt_request(sent(encode(InterruptRequest{engine}))).engine, engine);
  const Interrupted answer = decode_interrupted(sent(encode(Interrupted{session::Status::wrong_engine, true})));
  EXPECT_EQ(answer.status, session::Status::wrong_engine);
  EXPECT_TRUE(answer.asked);
  EXPECT_THROW(decode_interrupted(sent(encode(session::Reply{}))), ProtocolError) << "of an older engine";
}

TEST(HubWire, EnginesThatTakeNoTasksNowAndARefusalAreReadAsTheyWereWritten) {
  HubReply written{false, "there is no engine 7", -1, Uuid::random(), 9, {}, "IndexError"};
  written.absent = {{0, Uuid{}, Absence::starting},
                    {1, Uuid::random(), Absence::awaited},
                    {2, Uuid::random(), Absence::restarting, "signal 9 (Killed)"},
                    {3, Uuid::random(), Absence::given_up, "exit status 1"},
                    {4, Uuid::random(), Absence::dead, "exit status 2"}};
  written.former = Uuid::random();
  const HubReply read = decode_hub_reply(sent(encode(written)));
  EXPECT_EQ(read.absent, written.absent);
  EXPECT_EQ(read.former, written.former);
  EXPECT_EQ(read.ename, "IndexError");
  EXPECT_EQ(read.words, written.words);
  EXPECT_FALSE(read.ok);
}

TEST(SessionWire, AVectorBesideItsAlignmentIsRefused) {
  session::Exchange exchange;
  exchange.aborts = {1, 9};
  const messages::Message message = encode(exchange);
  int refused = 0;
  for (std::size_t at = kPreamble; at + 4 <= message.span().size(); at += 4) {
    // Four bytes further, the first element's lower half is a length of one, and then half of it and half of the next
    // are an element.
    Bytes shifted = Bytes::copy(message.span());
    auto* const word = const_cast<std::byte*>(shifted.data() + at);
    std::uint32_t offset;
    std::memcpy(&offset, word, sizeof offset);
    offset += 4;
    std::memcpy(word, &offset, sizeof offset);
    try {
      EXPECT_THAT(decode_exchange(open_frame(shifted)).aborts, Not(ElementsAre(std::uint64_t{9} << 32))) << at;
    } catch (const ProtocolError& error) {
      refused += std::string(error.what()).ends_with("is not aligned");
    }
  }
  EXPECT_GT(refused, 0);
}

TEST(HubWire, ASnapshotAndAChangeAreReadAsTheyWereWritten) {
  EngineEntry engine{3, Uuid::random(), 17, 18, "ipc:///x", "ipc:///y", "host"};
  engine.output_endpoint = "ipc:///z";
  engine.boot = "boot";
  engine.pid_namespace = 19;
  engine.remote_endpoint = "tls+tcp://host:1";
  engine.remote_bulk_endpoint = "tls+tcp://host:2";
  engine.remote_output_endpoint = "tls+tcp://host:3";
  const HubReply reply = decode_hub_reply(sent(encode(HubReply{true, "", 3, Uuid::random(), 9, {engine}})));
  EXPECT_THAT(reply.engines, ElementsAre(engine));
  EXPECT_EQ(reply.number, 9u);
  const HubRequest request = decode_hub_request(sent(encode(HubRequest{HubOp::register_engine, engine})));
  EXPECT_EQ(request.engine, engine);
  const messages::LastMoments last{messages::LastMoments::Task{Uuid::random(), 5, "norms.get_norms", 0},
                                   "any\xff words",
                                   "  at f",
                                   {{Uuid::random(), 5}, {Uuid::random(), 1}},
                                   true};
  messages::Message published = encode(Change{ChangeEvent::left, Uuid::random(), 4, engine, "signal 9 (Killed)", last});
  ASSERT_EQ(std::string(reinterpret_cast<const char*>(published.data()), 4), kHubTopic);
  const Change change = decode_change(open_frame(Bytes::copy(published.span().subspan(4))));
  EXPECT_EQ(change.engine, engine);
  EXPECT_EQ(change.how, "signal 9 (Killed)");
  ASSERT_TRUE(change.last && change.last->running);
  EXPECT_EQ(change.last->running->session, last.running->session);
  EXPECT_EQ(change.last->running->seq, 5u);
  EXPECT_EQ(change.last->running->name, "norms.get_norms");
  EXPECT_EQ(change.last->words, "any\xff words");
  EXPECT_EQ(change.last->running->item, 0u);
  EXPECT_EQ(change.last->traceback, "  at f");
  EXPECT_EQ(change.last->begun, last.begun);
  EXPECT_TRUE(change.last->begun_is_all);
}

}  // namespace
}  // namespace enginery::wire
