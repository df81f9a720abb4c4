// tests/unit/values/temporaries_test.cpp: what a temporary gives outlives it, or is refused.
#include <gtest/gtest.h>

#include <enginery/bytes.hpp>
#include <enginery/errors.hpp>
#include <enginery/namespace.hpp>
#include <enginery/value.hpp>

namespace enginery {
namespace {

// Each is one expression on an rvalue of T.
template <class T>
concept GivesShape = requires {
  std::declval<T>().shape();
};
template <class T>
concept GivesData = requires {
  std::declval<T>().data();
};
template <class T>
concept GivesElements = requires {
  std::declval<T>().template elements<double>();
};
template <class T>
concept GivesSpan = requires {
  std::declval<T>().span();
};
template <class T>
concept GivesText = requires {
  std::declval<T>().text();
};
template <class T>
concept GivesBegin = requires {
  std::declval<T>().begin();
};
template <class T>
concept IsIndexed = requires {
  std::declval<T>()[Value(1)];
};
template <class T>
concept GivesItem = requires {
  std::declval<T>()["x"];
};
static_assert(!GivesShape<Array> && !GivesData<Array> && !GivesElements<Array>);
static_assert(!GivesData<Bytes> && !GivesSpan<Bytes> && !GivesText<Bytes>);
static_assert(!GivesBegin<Dict> && !IsIndexed<Dict>);
static_assert(!GivesItem<Namespace>);
static_assert(GivesShape<Array&> && GivesSpan<Bytes&> && GivesBegin<Dict&> && GivesItem<Namespace&>);

/// A value of which nobody else holds a handle.
template <class T>
Value fresh(const T& object) {
  return Value(object);
}

TEST(TemporariesTest, ALoopOverATemporaryListSeesItsItems) {
  std::string seen;
  for (auto& item : Value::list({Value("one item that is long"), Value("another one that is long")}).as_list())
    seen += item.as_string();
  EXPECT_EQ(seen, "one item that is longanother one that is long");
}

TEST(TemporariesTest, ALoopOverATemporaryDictSeesItsEntries) {
  std::int64_t sum = 0;
  for (const auto [key, value] : Value::dict({{Value("a"), Value(1)}, {Value("b"), Value(2)}}).as_dict())
    sum += value.as_integer();
  EXPECT_EQ(sum, 3);
}

TEST(TemporariesTest, WhatATemporaryValueHoldsIsACopyThatCannotBeChanged) {
  const std::string& text = fresh("a text that is too long for the small place").as_string();
  EXPECT_EQ(text, "a text that is too long for the small place");
  const Value& item = Value::dict({{Value("a"), Value("b")}}).as_dict().at("a");
  EXPECT_EQ(item, Value("b"));
  static_assert(std::is_const_v<decltype(fresh(1).as_list())> && std::is_const_v<decltype(fresh(1).as_dict())>);
  static_assert(std::is_const_v<decltype(fresh(1).as_array())> && std::is_const_v<decltype(fresh(1).as_tuple())>);
}

TEST(TemporariesTest, WhatAVariableHoldsIsTheObjectItself) {
  const Value list = Value::list({Value(1)});
  list.as_list().push_back(Value(2));
  EXPECT_EQ(list.size(), 2u);
  EXPECT_EQ(&list.as_list(), &list.as_list());
}

TEST(TemporariesTest, TextsOfAnErrorOutliveIt) {
  const std::string& ename = RemoteError("some::long::name::of::an::error", "", "", 0, "", "").ename();
  EXPECT_EQ(ename, "some::long::name::of::an::error");
  std::size_t count = 0;
  for (const auto& failure : CompositeError({{3, "a failure that has many words", nullptr}}, 2).failures())
    count += failure.text.size();
  EXPECT_EQ(count, 29u);
}

}  // namespace
}  // namespace enginery
