// tests/unit/values/dict_test.cpp: dicts keep their order, and find what is equal.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include <enginery/value.hpp>

namespace enginery {
namespace {

TEST(Dict, KeepsTheOrderOfInsertion) {
  Dict dict;
  for (const char* key : {"z", "a", "m"}) dict.set(key, 1);
  dict.set("z", 2);
  EXPECT_EQ(Value(dict).repr(), "{'z': 2, 'a': 1, 'm': 1}");
  dict.erase("z");
  dict.set("z", 3);
  EXPECT_EQ(Value(dict).repr(), "{'a': 1, 'm': 1, 'z': 3}");
}

TEST(Dict, OneAndOnePointZeroAndTrueAreOneKey) {
  Dict dict;
  dict.set(1, "int");
  dict.set(1.0, "float");
  dict.set(true, "bool");
  dict.set(std::complex(1.0, 0.0), "complex");
  EXPECT_EQ(Value(dict).repr(), "{1: 'complex'}");
  dict.set("1", 0);
  EXPECT_EQ(dict.size(), 2U);
}

TEST(Dict, ZeroAndMinusZeroAreOneKeyAndANanIsFoundByIdentity) {
  Dict dict;
  dict.set(0.0, 1);
  EXPECT_TRUE(dict.contains(-0.0));
  const Value nan = NAN;
  dict.set(nan, 2);
  EXPECT_TRUE(dict.contains(nan));
  EXPECT_FALSE(dict.contains(NAN));
}

TEST(Dict, AnUnhashableKeyIsATypeError) {
  Dict dict;
  EXPECT_THROW(dict.set(Value::list(), 1), TypeError);
  EXPECT_THROW(dict.set(Value::tuple({Value::list()}), 1), TypeError);
  EXPECT_NO_THROW(dict.set(Value::tuple({1, "x"}), 1));
  EXPECT_EQ(dict.size(), 1U);
}

TEST(Dict, AMissingKeyIsAKeyErrorThatSaysIt) {
  const Dict dict{{"a", 1}};
  EXPECT_EQ(dict.find("b"), nullptr);
  try {
    dict.at(2.5);
    FAIL();
  } catch (const KeyError& error) {
    EXPECT_STREQ(error.what(), "2.5 is not among the dict's keys: 'a'");
  }
}

TEST(Dict, ManyEntriesComeAndGo) {
  Dict dict;
  for (int i = 0; i < 20000; ++i) dict.set(i % 2 ? Value(i) : Value(std::to_string(i)), i);
  for (int i = 0; i < 20000; i += 3) EXPECT_TRUE(dict.erase(i % 2 ? Value(i) : Value(std::to_string(i))));
  EXPECT_FALSE(dict.erase(Value("0")));
  EXPECT_EQ(dict.size(), 20000U - 6667U);
  for (int i = 0; i < 20000; ++i) {
    const Value* const found = dict.find(i % 2 ? Value(i) : Value(std::to_string(i)));
    ASSERT_EQ(found != nullptr, i % 3 != 0) << i;
    if (found) {
      EXPECT_EQ(*found, i);
    }
  }
  std::int64_t before = -1;
  for (const auto& [key, value] : dict) {
    EXPECT_LT(before, value.as_integer());
    before = value.as_integer();
  }
}

TEST(Dict, EqualityForgetsTheOrder) {
  EXPECT_EQ((Dict{{"a", 1}, {"b", 2}}), (Dict{{"b", 2.0}, {"a", 1}}));
  EXPECT_FALSE((Dict{{"a", 1}}) == (Dict{{"a", 2}}));
}

TEST(Dict, ADictThatWasMovedFromIsEmpty) {
  Dict dict{{"a", 1}};
  const Dict moved = std::move(dict);
  EXPECT_EQ(moved.size(), 1U);
  EXPECT_TRUE(dict.empty());  // NOLINT(bugprone-use-after-move): that is the promise
  dict.set("b", 2);
  EXPECT_EQ(Value(dict).repr(), "{'b': 2}");
}

}  // namespace
}  // namespace enginery
