// tests/unit/values/subscript_test.cpp: what stands between [ and ], against what Python 3.11 gives.
#include <gtest/gtest.h>

#include <enginery/value.hpp>

namespace enginery {
namespace {

std::vector<Subscript> one(Subscript subscript) { return {std::move(subscript)}; }

/// What `change` makes of the list, or the error it raises.
template <class F>
std::string after(const Value& list, F change) {
  try {
    change();
  } catch (const Error& error) {
    return error.ename() + ": " + error.what();
  }
  return list.repr();
}

/// self[start:stop:step] of [0, 1, 2, 3, 4]; the list after `given` of [7, 8, 9, 10, 11] were assigned to it, and after
/// it was deleted; and that slice of "grüße".
struct Row {
  Slice slice;
  std::int64_t given;
  const char *part, *assigned, *deleted, *text;
};

// clang-format off
const Row kTable[] = {
    {{2, -5, -3}, 1, "[2]", "[0, 1, 7, 3, 4]", "[0, 1, 3, 4]", "ü"},
    {{-5, -1, 9}, 1, "[0]", "[7, 1, 2, 3, 4]", "[1, 2, 3, 4]", "g"},
    {{-1, 4, -3}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{-1, -2, -3}, 1, "[4]", "[0, 1, 2, 3, 7]", "[0, 1, 2, 3]", "e"},
    {{1, 2, 9}, 1, "[1]", "[0, 7, 2, 3, 4]", "[0, 2, 3, 4]", "r"},
    {{-2, 9, {}}, 0, "[3, 4]", "[0, 1, 2]", "[0, 1, 2]", "ße"},
    {{1, -5, {}}, 2, "[]", "[0, 7, 8, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{{}, 4, -2}, 3, "[]", "ValueError: attempt to assign sequence of size 3 to extended slice of size 0", "[0, 1, 2, 3, 4]", ""},
    {{9, 9, -9}, 3, "[]", "ValueError: attempt to assign sequence of size 3 to extended slice of size 0", "[0, 1, 2, 3, 4]", ""},
    {{1, 5, {}}, 0, "[1, 2, 3, 4]", "[0]", "[0]", "rüße"},
    {{1, -1, 1}, 2, "[1, 2, 3]", "[0, 7, 8, 4]", "[0, 4]", "rüß"},
    {{-9, 9, 9}, 1, "[0]", "[7, 1, 2, 3, 4]", "[1, 2, 3, 4]", "g"},
    {{9, -5, 3}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{5, -9, {}}, 2, "[]", "[0, 1, 2, 3, 4, 7, 8]", "[0, 1, 2, 3, 4]", ""},
    {{-5, -9, {}}, 2, "[]", "[7, 8, 0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{-2, -5, -9}, 0, "[3]", "ValueError: attempt to assign sequence of size 0 to extended slice of size 1", "[0, 1, 2, 4]", "ß"},
    {{2, -9, -9}, 1, "[2]", "[0, 1, 7, 3, 4]", "[0, 1, 3, 4]", "ü"},
    {{0, -1, 9}, 1, "[0]", "[7, 1, 2, 3, 4]", "[1, 2, 3, 4]", "g"},
    {{0, 9, {}}, 0, "[0, 1, 2, 3, 4]", "[]", "[]", "grüße"},
    {{4, 9, -1}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{-5, {}, -1}, 1, "[0]", "[7, 1, 2, 3, 4]", "[1, 2, 3, 4]", "g"},
    {{4, -2, 1}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{4, {}, {}}, 0, "[4]", "[0, 1, 2, 3]", "[0, 1, 2, 3]", "e"},
    {{-5, -2, {}}, 1, "[0, 1, 2]", "[7, 3, 4]", "[3, 4]", "grü"},
    {{9, 4, -9}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{{}, 5, 3}, 2, "[0, 3]", "[7, 1, 2, 8, 4]", "[1, 2, 4]", "gß"},
    {{9, 9, -2}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{-5, -9, -3}, 1, "[0]", "[7, 1, 2, 3, 4]", "[1, 2, 3, 4]", "g"},
    {{-2, 4, -1}, 1, "[]", "ValueError: attempt to assign sequence of size 1 to extended slice of size 0", "[0, 1, 2, 3, 4]", ""},
    {{9, 4, -3}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{{}, 9, -9}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{-5, -5, 9}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{-9, 5, -2}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{5, -5, 2}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{{}, -9, {}}, 2, "[]", "[7, 8, 0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{4, -9, -2}, 3, "[4, 2, 0]", "[9, 1, 8, 3, 7]", "[1, 3]", "eüg"},
    {{5, 1, 3}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{0, {}, -9}, 1, "[0]", "[7, 1, 2, 3, 4]", "[1, 2, 3, 4]", "g"},
    {{2, -9, 2}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{5, 5, 9}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{1, 0, 3}, 1, "[]", "ValueError: attempt to assign sequence of size 1 to extended slice of size 0", "[0, 1, 2, 3, 4]", ""},
    {{-1, 4, 1}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{{}, -2, 1}, 2, "[0, 1, 2]", "[7, 8, 3, 4]", "[3, 4]", "grü"},
    {{-5, 1, 2}, 2, "[0]", "ValueError: attempt to assign sequence of size 2 to extended slice of size 1", "[1, 2, 3, 4]", "g"},
    {{-9, 0, -9}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{-9, 9, 2}, 3, "[0, 2, 4]", "[7, 1, 8, 3, 9]", "[1, 3]", "güe"},
    {{{}, 9, {}}, 1, "[0, 1, 2, 3, 4]", "[7]", "[]", "grüße"},
    {{{}, -1, -9}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{2, {}, -2}, 2, "[2, 0]", "[8, 1, 7, 3, 4]", "[1, 3, 4]", "üg"},
    {{2, 0, -9}, 1, "[2]", "[0, 1, 7, 3, 4]", "[0, 1, 3, 4]", "ü"},
    {{2, {}, {}}, 1, "[2, 3, 4]", "[0, 1, 7]", "[0, 1]", "üße"},
    {{9, -5, {}}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{-1, 0, {}}, 2, "[]", "[0, 1, 2, 3, 7, 8, 4]", "[0, 1, 2, 3, 4]", ""},
    {{2, -9, {}}, 3, "[]", "[0, 1, 7, 8, 9, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{{}, -5, {}}, 2, "[]", "[7, 8, 0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{1, 4, -3}, 3, "[]", "ValueError: attempt to assign sequence of size 3 to extended slice of size 0", "[0, 1, 2, 3, 4]", ""},
    {{{}, 5, 1}, 1, "[0, 1, 2, 3, 4]", "[7]", "[]", "grüße"},
    {{0, -2, {}}, 1, "[0, 1, 2]", "[7, 3, 4]", "[3, 4]", "grü"},
    {{2, 4, {}}, 0, "[2, 3]", "[0, 1, 4]", "[0, 1, 4]", "üß"},
    {{-1, -9, -9}, 1, "[4]", "[0, 1, 2, 3, 7]", "[0, 1, 2, 3]", "e"},
    {{4, 2, 2}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{5, {}, {}}, 1, "[]", "[0, 1, 2, 3, 4, 7]", "[0, 1, 2, 3, 4]", ""},
    {{{}, 0, {}}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{-1, {}, {}}, 3, "[4]", "[0, 1, 2, 3, 7, 8, 9]", "[0, 1, 2, 3]", "e"},
    {{-9, 9, -9}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{2, 5, -1}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{{}, 5, -2}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{{}, -5, -1}, 4, "[4, 3, 2, 1]", "[0, 10, 9, 8, 7]", "[0]", "eßür"},
    {{-1, 5, -1}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
    {{2, 2, -3}, 0, "[]", "[0, 1, 2, 3, 4]", "[0, 1, 2, 3, 4]", ""},
};
// clang-format on

TEST(Subscript, SlicesOfListsArePythons) {
  for (const Row& row : kTable) {
    const auto make = [] { return Value(List{0, 1, 2, 3, 4}); };
    const std::string which = std::string(row.part) + " with " + std::to_string(row.given);
    EXPECT_EQ(make().at(one(row.slice)).repr(), row.part);
    const Value items = Value(List{7, 8, 9, 10, 11}).slice(0, row.given);
    const Value assigned = make(), deleted = make();
    EXPECT_EQ(after(assigned, [&] { assigned.set_item(one(row.slice), items); }), row.assigned) << which;
    EXPECT_EQ(after(deleted, [&] { deleted.delete_item(one(row.slice)); }), row.deleted) << which;
    EXPECT_EQ(Value("grüße").at(one(row.slice)), row.text);
    EXPECT_EQ(Value("gruse").at(one(row.slice)).size(), Value("grüße").at(one(row.slice)).size());
    EXPECT_EQ(Value::tuple({0, 1, 2, 3, 4}).at(one(row.slice)).elements(), Value(make()).at(one(row.slice)).elements());
    EXPECT_EQ(Value::bytes("01234").at(one(row.slice)).size(), make().at(one(row.slice)).size());
  }
}

TEST(Subscript, AListMayBeAssignedToItsOwnPart) {
  const Value list = List{1, 2, 3, 4};
  list.set_item(one(Slice{1, 3, {}}), list);
  EXPECT_EQ(list.repr(), "[1, 1, 2, 3, 4, 4]");
  list.set_item(one(Slice{{}, {}, -1}), list);
  EXPECT_EQ(list.repr(), "[4, 4, 3, 2, 1, 1]");
  list.delete_item(one(Slice{1, {}, INT64_MAX}));
  EXPECT_EQ(list.repr(), "[4, 3, 2, 1, 1]");
}

TEST(Subscript, WhatIsAssignedToASliceIsIterable) {
  const Value list = List{1, 2, 3};
  list.set_item(one(Slice{1, 2, {}}), "ab");
  EXPECT_EQ(list.repr(), "[1, 'a', 'b', 3]");
  EXPECT_EQ(after(list,
                  [&] {
                    list.set_item(one(Slice{1, 2, {}}), 5);
                  }),
            "TypeError: can only assign an iterable, not int");
  EXPECT_EQ(after(list,
                  [&] {
                    list.set_item(one(Slice{{}, {}, 2}), 5);
                  }),
            "TypeError: must assign iterable to extended slice, not int");
  EXPECT_EQ(list.repr(), "[1, 'a', 'b', 3]");
}

TEST(Subscript, WhatCannotBeSlicedSaysSo) {
  const std::vector<Subscript> slice = one(Slice{0, 1, {}});
  const auto refusal = [](auto use) { return after(Value(), use); };
  EXPECT_EQ(refusal([&] { Value(1).at(slice); }), "TypeError: 'int' object is not subscriptable");
  EXPECT_EQ(refusal([&] { Value::tuple({1}).set_item(slice, 1); }),
            "TypeError: 'tuple' object does not support item assignment");
  EXPECT_EQ(refusal([&] { Value("x").delete_item(slice); }), "TypeError: 'str' object doesn't support item deletion");
  const Value dict = Value::dict({{"a", 1}});
  const char* const unhashable = "TypeError: unhashable type: 'slice': a dict has keys, not positions";
  EXPECT_EQ(refusal([&] { dict.at(slice); }), unhashable);
  EXPECT_EQ(refusal([&] { dict.set_item(slice, 1); }), unhashable);
  EXPECT_EQ(refusal([&] { dict.delete_item(slice); }), unhashable);
  const std::vector<Subscript> two = {Slice{0, 1, {}}, Value(1)};
  EXPECT_EQ(refusal([&] { Value(List{1}).at(two); }), "TypeError: list indices must be integers or slices, not tuple");
  EXPECT_EQ(refusal([&] { dict.at(two); }), unhashable);
}

TEST(Subscript, SeveralKeysAreOneTuple) {
  const Value dict = Value::dict({});
  const std::vector<Subscript> keys = {Value(1), Value("b")};
  dict.set_item(keys, 5);
  EXPECT_EQ(dict.repr(), "{(1, 'b'): 5}");
  EXPECT_EQ(dict.at(keys), 5);
  dict.delete_item(keys);
  EXPECT_EQ(dict.size(), 0U);
}

}  // namespace
}  // namespace enginery
