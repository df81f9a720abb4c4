// tests/unit/codecs/parameter_test.cpp: what a task's parameters see.
#include <gtest/gtest.h>

#include <enginery/value.hpp>

#include "tests/unit/codecs/refusal.hpp"

namespace enginery {
namespace {

struct Engine {
  int cylinders = 0;
};
struct Pinned {
  Pinned() = default;
  Pinned(const Pinned&) = delete;
  int x = 1;
};

/// Neither has a codec; one can be copied.
struct Handle {
  explicit Handle(int* given) : address(given) {}
  int* address;
};
using Owners = std::vector<std::unique_ptr<int>>;
static_assert(detail::can_be_parameter<Handle> && detail::can_be_parameter<std::vector<Handle>>);
static_assert(!detail::can_be_parameter<Pinned> && !detail::can_be_parameter<int*> &&
              !detail::can_be_parameter<Owners> && !detail::can_be_parameter<std::optional<Owners>>);
static_assert(detail::can_be_parameter<Owners&> && detail::can_be_parameter<const Owners&>);

TEST(Parameter, ByValueAndConstReferenceAreDecoded) {
  EXPECT_EQ(Parameter<int>(5).get(), 5);
  EXPECT_EQ(Parameter<const int&>(5).get(), 5);
  EXPECT_EQ(Parameter<double>(5).get(), 5.0);
  EXPECT_EQ(Parameter<std::string&&>("x").get(), "x");
  static_assert(std::same_as<decltype(std::declval<Parameter<std::string>&>().get()), std::string&&>);
  static_assert(
      std::same_as<decltype(std::declval<Parameter<const std::vector<int>&>&>().get()), const std::vector<int>&>);
  EXPECT_EQ(refusal<int>("x"), "TypeError: expected int, got str 'x'");
}

TEST(Parameter, AValueIsTheVeryObject) {
  const Value value = List{1};
  EXPECT_TRUE(Parameter<const Value&>(value).get().is(value));
  EXPECT_TRUE(Parameter<Value>(value).get().is(value));
}

TEST(Parameter, ListsDictsArraysAndTextAreSeenThemselves) {
  const Value list = List{1}, dict = Dict{{"a", 1}}, array = std::vector<int>{1, 2}, text = "text";
  Parameter<List&>(list).get().push_back(2);
  EXPECT_EQ(list.repr(), "[1, 2]");
  Parameter<Dict&>(dict).get().set("b", 2);
  EXPECT_EQ(dict.repr(), "{'a': 1, 'b': 2}");
  Parameter<Array&>(array).get().set_item(0, 7);
  EXPECT_EQ(array.repr(), "[7, 2]");
  EXPECT_EQ(&Parameter<const std::string&>(text).get(), &text.as_string());
  EXPECT_EQ(Parameter<std::string_view>(text).get().data(), text.as_string().data());
  EXPECT_EQ(Parameter<const char*>(text).get(), text.as_string().c_str());
  EXPECT_EQ(&Parameter<const Array&>(array).get(), &array.as_array());
  EXPECT_EQ(Parameter<const Array&>(List{1, 2}).get().describe(), "i64 array of shape (2,)");
  EXPECT_EQ(Parameter<const List&>(array).get().size(), 2U);
  EXPECT_EQ(refusal<List&>(array), "TypeError: expected a list itself, got an i32 array of shape (2,)");
}

TEST(Parameter, SpansSeeTheArraysOwnMemory) {
  const Value array = std::vector<double>{1, 2, 3};
  EXPECT_EQ(static_cast<const void*>(Parameter<std::span<const double>>(array).get().data()), array.as_array().data());
  Parameter<std::span<double>> writing(array);
  writing.get()[0] = 9;
  EXPECT_EQ(array.repr(), "[9.0, 2.0, 3.0]");
  EXPECT_EQ((Parameter<const std::span<const double, 3>&>(array).get()[2]), 3);
  EXPECT_EQ((refusal<std::span<double, 2>>(array)), "ValueError: expected an array of 2 elements, got 3");
}

TEST(Parameter, AReadingSpanConvertsAndAWritingOneRefuses) {
  EXPECT_EQ(Parameter<std::span<const double>>(List{1, 2}).get()[1], 2.0);
  EXPECT_EQ(Parameter<std::span<const double>>(std::vector<int>{1, 2}).get()[1], 2.0);
  EXPECT_EQ(refusal<std::span<const int>>(std::vector<double>{0.5}).substr(0, 10), "ValueError");
  const std::string text = refusal<std::span<double>>(std::vector<int>{1});
  EXPECT_NE(text.find("a 1-d array of f64, got an i32 array of shape (1,)"), text.npos) << text;
}

TEST(Parameter, AWritingSpanLeavesCopiesOfTheArrayAlone) {
  const Value array = std::vector<double>{1, 2};
  const Array copy = array.as_array();
  Parameter<std::span<double>>(array).get()[0] = 9;
  EXPECT_EQ(array.repr(), "[9.0, 2.0]");
  EXPECT_EQ(copy.elements<double>()[0], 1);
}

TEST(Parameter, AReadingSpanOutlivesAnAssignmentToItsArray) {
  const Value array = std::vector<double>{1, 2};
  Parameter<std::span<const double>> reading(array);
  array.as_array() = Array();
  EXPECT_EQ(reading.get()[1], 2);
}

TEST(Parameter, AReferenceIsTheOpaqueObjectItself) {
  const auto engine = std::make_shared<Engine>();
  const Value value = Value::opaque(engine);
  EXPECT_EQ(&Parameter<Engine&>(value).get(), engine.get());
  EXPECT_EQ(&Parameter<const Engine&>(value).get(), engine.get());
  EXPECT_EQ(Parameter<Engine>(value).get().cylinders, 0);
  const auto pinned = std::make_shared<Pinned>();
  EXPECT_EQ(&Parameter<const Pinned&>(Value::opaque(pinned)).get(), pinned.get());
}

TEST(Parameter, AReferenceToAnythingElseIsATypeErrorThatSaysSo) {
  const std::string text = refusal<std::vector<double>&>(std::vector<double>{1});
  EXPECT_NE(text.find("expected an object of type std::vector<double> itself, got ndarray f64 array"), text.npos)
      << text;
  EXPECT_NE(text.find("pass a Reference"), text.npos) << text;
  EXPECT_NE(text.find("kept as a Value, which a parameter T& does not bind to: take that by value"), text.npos) << text;
  EXPECT_NE(refusal<Pinned&>(5).find("pass a Reference to one that lives on the engine (kept there by store_as or"),
            std::string::npos);
  EXPECT_NE(refusal<int&>(Value::opaque(std::make_shared<Engine>())).find("Engine"), std::string::npos);
}

// As C libraries declare complex numbers.
struct TwoNumbers {
  double dat[2];
};
struct Node {
  int number;
  int* next;
};

TEST(Parameter, AStructThatDoesNotTravelNamesTheMemberThatKeepsIt) {
  EXPECT_TRUE(
      refusal<TwoNumbers>(List{1.0, 2.0})
          .ends_with("; enginery::{anonymous}::TwoNumbers has none, since its member 'dat' is a C array: "
                     "ENGINERY_FIELDS(enginery::{anonymous}::TwoNumbers, dat) or a Codec of your own lets it travel"))
      << refusal<TwoNumbers>(List{1.0, 2.0});
  const std::string text = refusal<const Node&>(List{1});
  EXPECT_NE(text.find("since its member 'next' has none"), text.npos) << text;
  EXPECT_EQ(refusal<Pinned&>(5).find("since its member"), std::string::npos);
}

struct Tree {
  int number;
  std::vector<Tree> children;
};

TEST(Parameter, AReferenceMayBeToATypeThatHoldsVectorsOfItself) {
  const Value value = Value::opaque(std::make_shared<Tree>(Tree{1, {}}));
  EXPECT_EQ(Parameter<Tree&>(value).get().number, 1);
  EXPECT_NE(refusal<Tree&>(5).find("pass a Reference"), std::string::npos);
}

TEST(Parameter, AContainerOfWhatHasNoCodecIsAnOpaqueObject) {
  const Value value = Value::opaque(std::make_shared<std::vector<Handle>>(2, Handle(nullptr)));
  EXPECT_EQ(Parameter<std::vector<Handle>>(value).get().size(), 2U);
  EXPECT_EQ(&Parameter<const std::vector<Handle>&>(value).get(), &value.as_opaque<std::vector<Handle>>());
  EXPECT_NE(detail::name_of<std::vector<Handle>>()().find("Handle"), std::string::npos) << "it is named in signatures";
}

}  // namespace
}  // namespace enginery
