// tests/unit/wire/call_wire_test.cpp: calls and outcomes, there and back.
#include "core/wire/call_wire.hpp"

#include <cmath>
#include <complex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/array.hpp>
#include <enginery/codec.hpp>
#include <enginery/columns.hpp>
#include <enginery/dict.hpp>
#include <enginery/errors.hpp>

#include "core/wire/value_nodes.hpp"

namespace enginery::wire {
namespace {

using testing::HasSubstr;
constexpr std::size_t kInline = 65536;

Value there_and_back(const Value& value, std::size_t inline_bytes = kInline) {
  Outcome outcome;
  outcome.value = value;
  const Packed packed = pack(outcome, inline_bytes);
  return unpack_outcome(packed.body, packed.bulk).value;
}

TEST(CallWire, EveryKindOfValueIsReadAsItWasWritten) {
  Dict dict;
  dict.set(Value::string("a"), Value::list({1, 2.5}));
  dict.set(Value::integer(7), Value());
  const std::int64_t shape[] = {2, 3};
  const std::vector<Value> values{Value(),
                                  Value::boolean(true),
                                  Value::integer(INT64_MIN),
                                  Value::integer(UINT64_MAX),
                                  Value::real(-0.0),
                                  Value::real(INFINITY),
                                  Value::complex({1, -2}),
                                  Value::string(std::string("a\0\xc3\xa4", 4)),
                                  Value::string(""),
                                  Value::bytes("\xff"),
                                  Value::list({}),
                                  Value::tuple({1, "x"}),
                                  Value::dict(std::move(dict)),
                                  Value::array(Array::zeros(DType::c128, shape)),
                                  Value::list({Value::list({Value::list({1})})})};
  for (const Value& value : values) EXPECT_TRUE(there_and_back(value) == value) << value.repr();
  EXPECT_TRUE(std::signbit(there_and_back(Value::real(-0.0)).as_real()));
  EXPECT_EQ(there_and_back(Value::reference("a.b")).as_reference(), "a.b");
}

TEST(CallWire, AListInColumnsTravelsAsItsArrays) {
  std::vector<std::pair<std::int64_t, float>> pairs;
  for (int i = 0; i < 100'000; ++i) pairs.emplace_back(i, 0.5F);
  const Value list = pairs;
  const Value back = there_and_back(list);
  EXPECT_TRUE(detail::columns_of(back));
  EXPECT_EQ(back, list);
  EXPECT_TRUE(back.as<decltype(pairs)>() == pairs);
  EXPECT_EQ(there_and_back(Value::tuple({list, 1})).as_tuple()[0], list);
  list.at(0);
  EXPECT_TRUE(detail::columns_of(there_and_back(list)));
  list.append(1);
  EXPECT_EQ(there_and_back(list), list);
  NodeWriter writer;
  writer.write(back);
  EXPECT_LT(writer.nodes.size(), 10U);
  EXPECT_EQ(writer.payloads.size(), 2U);
}

TEST(CallWire, ColumnsThatAreNoneAreRefused) {
  NodeWriter writer;
  writer.write(std::vector<std::pair<int, int>>(100));
  const auto read = [&](auto change) {
    std::vector<Node> nodes = writer.nodes;
    change(nodes);
    return NodeReader(nodes, writer.text, writer.payloads).read().size();
  };
  EXPECT_EQ(read([](auto&) {}), 100U);
  EXPECT_THROW(read([](auto& nodes) { nodes[0].word = 99; }), ProtocolError);
  EXPECT_THROW(read([](auto& nodes) { nodes[0].word = std::uint64_t{1} << 60; }), ProtocolError);
  EXPECT_THROW(read([](auto& nodes) {
                 nodes[1] = {static_cast<std::uint8_t>(Kind::tuple), 0, 0, 0, 0};
               }),
               ProtocolError);
  EXPECT_THROW(read([](auto& nodes) {
                 nodes[1] = {static_cast<std::uint8_t>(Kind::integer), 0, 0, 0, 5};
               }),
               ProtocolError);
  EXPECT_THROW(read([](auto& nodes) { nodes.resize(1); }), ProtocolError);
}

TEST(CallWire, WhatATaskPrintedTravelsWithItsOutcomeAndCostsNothingWhenItPrintedNothing) {
  Outcome quiet, loud;
  loud.out = std::string("\xff\0\xfe", 3);
  loud.err = std::string(std::size_t{16} << 20, 'e');
  loud.failure = Failure{"ValueError", "no", "  at f"};
  const Packed small = pack(quiet, kInline), large = pack(loud, kInline);
  const Outcome heard = unpack_outcome(large.body, large.bulk);
  EXPECT_EQ(heard.out, loud.out);
  EXPECT_EQ(heard.err, loud.err);
  EXPECT_EQ(heard.failure->evalue, "no");
  EXPECT_EQ(unpack_outcome(small.body, small.bulk).out, "");
  quiet.out = "x";
  EXPECT_LT(small.body.size(), pack(quiet, kInline).body.size());
}

TEST(CallWire, ACallKeepsItsArgumentsAndTheirNames) {
  const std::vector<Value> positional{1, "two"};
  const Keywords keywords{{"x", 3}, {"y", Value::list({4})}};
  const Packed packed = pack(CallParts{Op::push, "name", positional, keywords}, kInline);
  EXPECT_TRUE(packed.bulk.empty());
  const Call call = unpack_call(packed.body, packed.bulk);
  EXPECT_EQ(call.op, Op::push);
  EXPECT_EQ(call.name, "name");
  EXPECT_EQ(call.positional[1].as_string(), "two");
  EXPECT_EQ(call.keywords[1].first, "y");
  EXPECT_EQ(call.keywords[1].second.repr(), "[4]");
}

TEST(CallWire, ACallNamesTheEnginesThatWaitForIt) {
  const std::vector<Uuid> waiting{Uuid::random(), Uuid::random()};
  CallParts parts{Op::apply, "name"};
  const Packed without = pack(parts, kInline);
  EXPECT_TRUE(unpack_call(without.body, without.bulk).waiting.empty());
  parts.waiting = waiting;
  const Packed packed = pack(parts, kInline);
  EXPECT_EQ(unpack_call(packed.body, packed.bulk).waiting, waiting);
}

TEST(CallWire, LargePayloadsTravelOutsideWithoutACopy) {
  const std::int64_t extent = 100'000;
  const Value array = Value::array(Array::zeros(DType::u8, std::span(&extent, 1)));
  Outcome outcome;
  outcome.value = Value::list({array, 1});
  const Packed packed = pack(outcome, kInline);
  ASSERT_EQ(packed.bulk.size(), 1u);
  EXPECT_EQ(packed.bulk[0].data(), array.as_array().data());
  EXPECT_TRUE(unpack_outcome(packed.body, packed.bulk).value == outcome.value);
  EXPECT_THROW(unpack_outcome(packed.body, {}), ProtocolError);
}

TEST(CallWire, ABodyTooLargeForAMessageTravelsOutsideItself) {
  List list;
  for (int i = 0; i < 10'000; ++i) list.push_back(Value::string(std::to_string(i)));
  Outcome outcome;
  outcome.value = Value::list(std::move(list));
  const Packed packed = pack(outcome, kInline);
  EXPECT_TRUE(packed.body.empty());
  ASSERT_EQ(packed.bulk.size(), 1u);
  EXPECT_TRUE(unpack_outcome(packed.body, packed.bulk).value == outcome.value);
}

TEST(CallWire, AFailureKeepsItsWords) {
  Outcome outcome;
  outcome.started = 5;
  outcome.failure = Failure{"ValueError", "no", "at f"};
  const Packed packed = pack(outcome, kInline);
  const Outcome read = unpack_outcome(packed.body, packed.bulk);
  EXPECT_EQ(read.started, 5);
  EXPECT_EQ(read.failure->ename, "ValueError");
  EXPECT_EQ(read.failure->traceback, "at f");
}

TEST(CallWire, AnOutcomesSummaryNeedsNoneOfItsValues) {
  Outcome outcome;
  outcome.ran = 12'345;
  outcome.value = Value::array(Array(DType::f64, {1000}));
  const Packed small = pack(outcome, kInline), large = pack(outcome, 16);
  ASSERT_TRUE(large.body.empty());
  for (const Packed* packed : {&small, &large}) {
    const OutcomeSummary summary = summary_of(packed->body, packed->bulk);
    EXPECT_FALSE(summary.failed);
    EXPECT_EQ(summary.ran, 12'345);
  }
  EXPECT_FALSE(summary_of(large.body, std::span(large.bulk).first(1)).failed) << "without its payload";
  outcome.failure = Failure{"ValueError", "no", ""};
  EXPECT_TRUE(summary_of(pack(outcome, kInline).body).failed);
}

TEST(CallWire, WhatIsNoOutcomeHasNoSummary) {
  EXPECT_THROW(summary_of({}), ProtocolError);
  const Packed packed = pack(Outcome{}, kInline);
  const auto cut = [&](std::size_t size) { return Bytes::copy(packed.body.span().first(size)); };
  for (std::size_t size = 0; size < packed.body.size(); size += 4) EXPECT_THROW(summary_of(cut(size)), ProtocolError);
  for (std::size_t i = 0; i < packed.body.size(); ++i) {
    std::vector<std::byte> bytes(packed.body.span().begin(), packed.body.span().end());
    bytes[i] ^= std::byte{0x55};
    const Bytes body = Bytes::copy(bytes);
    try {
      unpack_outcome(body, {});
    } catch (const ProtocolError&) {
      try {
        summary_of(body);  // may still be one
      } catch (const ProtocolError&) {}
      continue;
    }
    EXPECT_NO_THROW(summary_of(body)) << "byte " << i;
  }
}

TEST(CallWire, TextsAndNamesCountAgainstWhatOneCallMayHold) {
  const auto refused = [](const auto& pack_it) {
    try {
      pack_it();
      return std::string("not refused");
    } catch (const ValueError& error) {
      return std::string(error.what());
    }
  };
  std::string large((std::size_t{1} << 30) + 1, 'x');
  EXPECT_THAT(refused([&] { pack(CallParts{Op::apply, large}, kInline); }), HasSubstr("exceeds 1 GiB"));
  for (std::string Outcome::*text : {&Outcome::execute_result, &Outcome::out, &Outcome::err}) {
    Outcome outcome;
    outcome.*text = std::move(large);
    EXPECT_THAT(refused([&] { pack(outcome, kInline); }), HasSubstr("exceeds 1 GiB"));
    large = std::move(outcome.*text);
  }
  for (std::string Failure::*text : {&Failure::ename, &Failure::evalue, &Failure::traceback}) {
    Outcome outcome;
    outcome.failure = Failure();
    (*outcome.failure).*text = std::move(large);
    EXPECT_THAT(refused([&] { pack(outcome, kInline); }), HasSubstr("exceeds 1 GiB"));
    large = std::move((*outcome.failure).*text);
  }
  Keywords keywords(1);
  keywords[0].first = std::move(large);
  EXPECT_THAT(refused([&] { pack(CallParts{Op::push, "", {}, keywords}, kInline); }), HasSubstr("exceeds 1 GiB"));
}

TEST(CallWire, AValueThatContainsItselfIsRefusedInWords) {
  Value list = Value::list({});
  list.as_list().push_back(list);
  try {
    there_and_back(list);
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("nested"));
  }
  list.as_list().clear();
}

TEST(CallWire, EveryFlippedByteIsReadOrRefusedButNeverMore) {
  const std::int64_t extent = 3;
  const std::vector<Value> positional{1, "text",
                                      Value::list({Value::array(Array::zeros(DType::f64, std::span(&extent, 1)))})};
  const Packed packed = pack(CallParts{Op::apply, "a.b", positional, {}}, kInline);
  const std::string good(packed.body.text());
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const int flip : {1, 0x80, 0xff}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ flip);
      try {
        unpack_call(Bytes::copy(bad), {});
      } catch (const ProtocolError&) {}
    }
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_THROW(unpack_call(Bytes::copy(good.substr(0, size)), {}), ProtocolError) << size;
}

TEST(CallWire, ACallOnAnArrayThatIsThereCarriesItsNameAndNotItsElements) {
  const std::int64_t shape[] = {16, 16};
  const Value array = Value::array(Array::zeros(DType::f64, shape));
  const Value with_array[] = {array, Value(2)}, by_reference[] = {Value::reference("A"), Value(2)};
  EXPECT_GT(pack(CallParts{Op::apply, "linalg.norm", with_array, {}}, kInline).size(), 16u * 16 * 8);
  EXPECT_LT(pack(CallParts{Op::apply, "linalg.norm", by_reference, {}}, kInline).size(), 1000u);
}

}  // namespace
}  // namespace enginery::wire
