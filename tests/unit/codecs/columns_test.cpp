// tests/unit/codecs/columns_test.cpp: sequences of small things of numbers are kept as arrays, and look like lists.
#include <gtest/gtest.h>

#include <complex>
#include <thread>

#include <enginery/columns.hpp>
#include <enginery/eigen.hpp>
#include <enginery/value.hpp>

namespace enginery {
namespace {

constexpr int kMany = 100;

enum class Colour : std::int16_t { red, green = -7 };
struct Inner {
  float weight = 0;
  bool flag = false;
  friend bool operator==(const Inner&, const Inner&) = default;
};
struct Body {
  double x = 0, y = 0;
  std::uint64_t id = 0;
  Colour colour = Colour::red;
  Inner inner;
  std::array<int, 2> cell{};
  Eigen::Vector3d velocity = Eigen::Vector3d::Zero();
  Eigen::Matrix<double, 2, 3> stress = Eigen::Matrix<double, 2, 3>::Zero();
  std::complex<float> phase;
  friend bool operator==(const Body&, const Body&) = default;
};
class Named {
 public:
  Named() = default;
  explicit Named(int i) : first_(i), second_(i / 2.0) {}
  friend bool operator==(const Named&, const Named&) = default;

 private:
  int first_ = 0;
  double second_ = 0;
  friend constexpr auto enginery_fields(const Named*);
};
[[maybe_unused]] constexpr auto enginery_fields(const Named*) {
  return std::tuple{Field<Named, int>{"first", &Named::first_}, Field<Named, double>{"second", &Named::second_}};
}
struct Mine {
  double x = 0;
};

Body body(int i) {
  Body body{i + 0.5,
            -1.0 * i,
            UINT64_MAX - static_cast<std::uint64_t>(i),
            i % 2 ? Colour::green : Colour::red,
            {0.1F * static_cast<float>(i), i % 3 == 0},
            {i, -i},
            {},
            {},
            {1, static_cast<float>(i)}};
  body.velocity << i, 2 * i, -i;
  body.stress << 1, 2, 3, 4, 5, i;
  return body;
}
template <class T, class F>
std::vector<T> many(F make, int count = kMany) {
  std::vector<T> all;
  for (int i = 0; i < count; ++i) all.push_back(make(i));
  return all;
}
/// What Values of the elements themselves make.
template <class Sequence>
Value plain_list(const Sequence& sequence) {
  List items;
  for (const auto& item : sequence) items.emplace_back(item);
  return Value::list(std::move(items));
}
bool in_columns(const Value& value) { return detail::columns_of(value).has_value(); }

using Pair = std::pair<int, double>;
const auto kBodies = many<Body>(body);
const auto kPairs = many<Pair>([](int i) { return Pair(i, i / 4.0); });
const auto kPoints = many<std::array<double, 3>>([](int i) { return std::array<double, 3>{i + 0.5, 0, -1.0 * i}; });

template <class T>
void expect_the_same_as_a_list(const std::vector<T>& objects) {
  SCOPED_TRACE(detail::type_name<T>());
  const Value kept = objects, list = plain_list(objects);
  EXPECT_TRUE(in_columns(kept));
  EXPECT_EQ(kept.kind(), Kind::list);
  EXPECT_EQ(kept.type_name(), "list");
  EXPECT_EQ(kept.size(), list.size());
  EXPECT_EQ(kept.repr(), list.repr());
  EXPECT_TRUE(kept == list && list == kept && kept == Value(objects));
  EXPECT_TRUE(in_columns(kept)) << "looking at it changes nothing";
  EXPECT_TRUE(kept.as<std::vector<T>>() == objects);
  EXPECT_TRUE(list.as<std::vector<T>>() == objects);
  EXPECT_EQ(kept.at(3).repr(), list.at(3).repr());
  EXPECT_EQ(kept.at(3).kind(), list.at(3).kind());
  EXPECT_EQ(kept.at(-1), list.at(-1));
  EXPECT_TRUE(kept.at(3).is(kept.at(3)));
  EXPECT_THROW(kept.at(kMany), IndexError);
  EXPECT_EQ(kept.slice(2, 90, 7).repr(), list.slice(2, 90, 7).repr());
  EXPECT_EQ(kept.slice({}, {}, -1), list.slice({}, {}, -1));
  EXPECT_TRUE(kept.contains(list.at(5)));
  EXPECT_EQ(Value(kept.elements()), list);
  EXPECT_THROW(kept.hash(), TypeError);
  EXPECT_TRUE(kept.truth());
  EXPECT_EQ((kept + kept).size(), 2U * kMany);
  EXPECT_EQ((kept + list).at(kMany), kept.at(0));
  EXPECT_TRUE(kept.as<std::vector<T>>() == objects);
}

TEST(Columns, LookLikeTheListThatTheyAre) {
  expect_the_same_as_a_list(kBodies);
  expect_the_same_as_a_list(kPairs);
  expect_the_same_as_a_list(kPoints);
  expect_the_same_as_a_list(many<std::tuple<Body, Pair>>([](int i) { return std::tuple(body(i), Pair(i, 1)); }));
  expect_the_same_as_a_list(many<Eigen::Vector2f>([](int i) { return Eigen::Vector2f(i, 0.1F); }));
  expect_the_same_as_a_list(many<Eigen::RowVector3i>([](int i) { return Eigen::RowVector3i(i, 0, 1); }));
  expect_the_same_as_a_list(many<Eigen::Matrix3d>([](int i) {
    return Eigen::Matrix3d{{1, 2, 3}, {4, 5, 6}, {7, 8, 1.0 * i}};
  }));
  expect_the_same_as_a_list(many<Named>([](int i) { return Named(i); }));
}

TEST(Columns, AreOneArrayForEachNumberOfAnElement) {
  const Value points = *detail::columns_of(kPoints);
  EXPECT_EQ(points.as_array().describe(), "f64 array of shape (100, 3)");
  const Value bodies = *detail::columns_of(kBodies);
  EXPECT_EQ(bodies.at("id").as_array().describe(), "u64 array of shape (100,)");
  EXPECT_EQ(bodies.at("inner").at("weight").as_array().dtype(), DType::f32);
  EXPECT_EQ(Value(kPoints).as<Array>(), points.as_array());
  EXPECT_FALSE(in_columns(many<Pair>([](int i) { return Pair(i, 0); }, 3))) << "not worth it";
  EXPECT_FALSE(in_columns(std::vector<std::pair<int, std::string>>(kMany)));
}

TEST(Columns, WhatIsChangedIsAnOrdinaryListFromThenOn) {
  const Value points = kPoints, bodies = kBodies, pairs = kPairs;
  points.at(1).set_item(0, 9.0);  // the element itself, as of any list
  EXPECT_EQ(points.at(1).repr(), "[9.0, 0.0, -1.0]");
  EXPECT_EQ(points.elements()[1].repr(), "[9.0, 0.0, -1.0]");
  EXPECT_EQ(points.slice(1, 2).repr(), "[[9.0, 0.0, -1.0]]");
  EXPECT_EQ((points.as<std::vector<std::array<double, 3>>>()[1]), (std::array<double, 3>{9, 0, -1}));
  EXPECT_NE(points, Value(kPoints));
  bodies.at(2).set_item("x", "text");
  EXPECT_FALSE(in_columns(bodies));
  EXPECT_EQ(bodies.as_list()[2].at("x"), "text");
  EXPECT_THROW((void)bodies.as<std::vector<Body>>(), TypeError);
  pairs.set_item(0, "x");
  pairs.append(Value::tuple({1, 2}));
  EXPECT_EQ(pairs.size(), kMany + 1U);
  EXPECT_EQ(pairs.at(0), "x");
  EXPECT_EQ(pairs.at(1).repr(), "(1, 0.25)");
  Value more = kPairs;
  more += List{1};
  more.delete_item(0);
  EXPECT_EQ(more.size(), std::size_t{kMany});
  EXPECT_EQ(more.at(-1), 1);
  const Value kept = kBodies;
  (void)kept.at(5);
  EXPECT_TRUE(in_columns(kept)) << "it was only looked at";
}

TEST(Columns, BecomeOtherElementsByTheRulesOfEachAlone) {
  const Value pairs = kPairs;
  EXPECT_EQ((pairs.as<std::vector<std::tuple<std::int64_t, float>>>()[3]), (std::tuple(3, 0.75F)));
  EXPECT_EQ((pairs.as<std::vector<std::pair<double, double>>>()[3]), (std::pair(3.0, 0.75)));
  EXPECT_THROW((void)(pairs.as<std::vector<std::pair<int, int>>>()), TypeError) << "a float is no int";
  EXPECT_THROW((void)(pairs.as<std::vector<std::pair<bool, double>>>()), TypeError);
  EXPECT_THROW((void)(pairs.as<std::vector<std::tuple<int, double, int>>>()), ValueError);
  EXPECT_EQ((Value(kPoints).as<std::vector<std::vector<double>>>()[1]), (std::vector<double>{1.5, 0, -1}));
  EXPECT_EQ(Value(kPoints).as<std::vector<Eigen::Vector3d>>()[1], Eigen::Vector3d(1.5, 0, -1));
  EXPECT_EQ(Value(kPoints).as<std::vector<Eigen::Vector3f>>()[1], Eigen::Vector3f(1.5, 0, -1));
  EXPECT_EQ(Value(kPoints).as<Eigen::MatrixX3d>()(2, 0), 2.5);
  try {
    (void)Value(many<Pair>([](int i) { return Pair(i, i == 7 ? 1e300 : 0); })).as<std::vector<std::pair<int, float>>>();
    FAIL();
  } catch (const OverflowError& error) {
    EXPECT_STREQ(error.what(),
                 "item 7: item 1: 1e+300 does not fit into float, which holds up to 3.4e+38; take a double");
  }
}

TEST(Columns, AnArraysRowsBecomeElements) {
  Array rows(DType::f64, {2, 3}, Order::column_major);
  for (std::size_t i = 0; i < 6; ++i) rows.set_item(i, static_cast<int>(i));
  EXPECT_EQ(Value(rows).as<std::vector<Eigen::Vector3d>>(),
            (std::vector{Eigen::Vector3d(0, 1, 2), Eigen::Vector3d(3, 4, 5)}));
  EXPECT_EQ((Value(rows).as<std::vector<std::array<int, 3>>>()[1]), (std::array<int, 3>{3, 4, 5}));
  EXPECT_THROW((void)(Value(rows).as<std::vector<std::array<int, 2>>>()), ValueError);
}

TEST(Columns, ArePartedAndJoinedWithoutElements) {
  const Value bodies = kBodies;
  const Value first = *detail::part_of_columns(bodies, 0, 40), second = *detail::part_of_columns(bodies, 40, 60);
  EXPECT_EQ(second.at(0), bodies.at(40));
  const Value both = *detail::joined_columns(std::vector<Value>{first, second});
  EXPECT_TRUE(in_columns(both));
  EXPECT_EQ(both.as<std::vector<Body>>(), kBodies);
  EXPECT_FALSE(detail::joined_columns(std::vector<Value>{first, kPairs}));
  EXPECT_FALSE(detail::list_of_columns(3, Value::tuple({}))) << "columns of nothing would be of any length";
  EXPECT_FALSE(detail::list_of_columns(3, Array::zeros(DType::f64, std::vector<std::int64_t>{3, 0})));
  EXPECT_FALSE(detail::list_of_columns(3, Value::tuple({std::vector<int>{1, 2}})));
}

TEST(Columns, ManyThreadsMayReadOneList) {
  const Value bodies = kBodies;
  std::vector<std::jthread> readers;
  for (int thread = 0; thread < 4; ++thread)
    readers.emplace_back([bodies, thread] {
      for (int i = 0; i < kMany; ++i) EXPECT_EQ(bodies.at(i).at("y"), -i);
      if (thread == 0) {
        EXPECT_EQ(bodies.as_list().size(), std::size_t{kMany});
      }
    });
}

TEST(Columns, AnArrayOfThemHasTheDtypeThatTheListsOwnHas) {
  const auto dtypes = [](auto item) {
    const auto dtype = [&](std::size_t count) { return Value(std::vector(count, item)).as<Array>().dtype(); };
    EXPECT_EQ(dtype(100), dtype(10));
    return dtype(100);
  };
  EXPECT_EQ(dtypes(std::array<int, 2>{50000, 1}), DType::i64);
  EXPECT_EQ(dtypes(std::array<std::uint8_t, 2>{200, 1}), DType::i64);
  EXPECT_EQ(dtypes(std::array<std::uint64_t, 2>{200, 1}), DType::i64);
  EXPECT_EQ(dtypes(std::array<std::uint64_t, 2>{~std::uint64_t{0}, 1}), DType::u64);
  EXPECT_EQ(dtypes(std::array<float, 2>{0.5F, 1}), DType::f64);
  EXPECT_EQ(dtypes(std::array<std::complex<float>, 2>{0.5F, 1}), DType::c128);
  EXPECT_EQ(dtypes(std::array<bool, 2>{true, false}), DType::boolean);
}

}  // namespace

// A codec of the user's own is asked for each element.
template <>
struct Codec<Mine> {
  static Value encode(const Mine& mine) { return mine.x; }
  static Mine decode(const Value& value) { return {value.as<double>()}; }
  static std::string name() { return "Mine"; }
};
static_assert(!detail::InColumns<Mine> && !detail::InColumns<std::pair<Mine, int>>);

// Also where the class is a library's.
template <class T>
struct CodecInWords {
  static Value encode(const T&) { return Value::string("mine"); }
  static T decode(const Value& value) { return value.as_string() == "mine" ? T() : throw ValueError("not mine"); }
  static std::string name() { return "words"; }
};
template <>
struct Codec<std::pair<Colour, Colour>> : CodecInWords<std::pair<Colour, Colour>> {};
template <>
struct Codec<std::tuple<Colour>> : CodecInWords<std::tuple<Colour>> {};
template <>
struct Codec<std::array<short, 11>> : CodecInWords<std::array<short, 11>> {};
template <>
struct Codec<Eigen::Matrix<short, 1, 11>> : CodecInWords<Eigen::Matrix<short, 1, 11>> {};

template <class T>
class CodecsOfUsersTest : public testing::Test {};
using OfUsers =
    testing::Types<std::pair<Colour, Colour>, std::tuple<Colour>, std::array<short, 11>, Eigen::Matrix<short, 1, 11>>;
TYPED_TEST_SUITE(CodecsOfUsersTest, OfUsers);
TYPED_TEST(CodecsOfUsersTest, AreAskedForEachElement) {
  const std::vector<TypeParam> sent(kMany);
  const Value list = Codec<std::vector<TypeParam>>::encode(sent);
  EXPECT_EQ(list.as_list().at(0).as_string(), "mine");
  EXPECT_EQ(Codec<std::vector<TypeParam>>::decode(list).size(), sent.size());
}

}  // namespace enginery
