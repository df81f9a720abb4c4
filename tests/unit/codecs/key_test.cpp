// tests/unit/codecs/key_test.cpp: maps and sets come back with as many entries as they had, whatever their keys are.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include <enginery/eigen.hpp>
#include <enginery/value.hpp>

#include "tests/unit/values/thrown_message.hpp"

namespace enginery {
namespace {

struct Point {
  int x;
  double y;
  auto operator<=>(const Point&) const = default;
};
struct Named {
  int numbers[2] = {};
  auto operator<=>(const Named&) const = default;
};
ENGINERY_FIELDS(Named, numbers);
/// Its codec gives a list.
struct Listed {
  int number;
  auto operator<=>(const Listed&) const = default;
};
struct ByAddress {
  bool operator()(const char* a, const char* b) const { return a < b; }
};
struct ByRows {
  bool operator()(const Eigen::MatrixXi& a, const Eigen::MatrixXi& b) const {
    return std::lexicographical_compare(a.data(), a.data() + a.size(), b.data(), b.data() + b.size());
  }
};

template <class T>
void expect_round_trip(const T& object, const char* repr) {
  const Value value(object);
  EXPECT_EQ(value.repr(), repr);
  EXPECT_TRUE(value.as<T>() == object) << value;
}

}  // namespace

template <>
struct Codec<Listed> {
  static Value encode(const Listed& listed) { return List{listed.number}; }
  static Listed decode(const Value& value) { return {value.at(0).as<int>()}; }
  static std::string name() { return "Listed"; }
};

namespace {

TEST(Key, ListsArraysAndStructsAreTuples) {
  expect_round_trip(std::map<std::array<int, 2>, double>{{{1, 2}, 0.5}}, "{(1, 2): 0.5}");
  expect_round_trip(std::map<std::vector<float>, int>{{{}, 1}, {{0.1F}, 2}}, "{(): 1, (0.10000000149011612,): 2}");
  expect_round_trip(std::map<std::vector<std::string>, int>{{{"a", "b"}, 1}}, "{('a', 'b'): 1}");
  expect_round_trip(std::map<Point, int>{{{1, 2}, 3}}, "{(('x', 1), ('y', 2.0)): 3}");
  expect_round_trip(std::map<Named, int>{{{{1, 2}}, 3}}, "{(('numbers', (1, 2)),): 3}");
  expect_round_trip(std::map<std::set<std::vector<int>>, int>{{{{1}, {2, 3}}, 4}}, "{((1,), (2, 3)): 4}");
  expect_round_trip(std::map<std::map<std::vector<int>, Point>, int>{{{{{1}, {2, 3}}}, 4}},
                    "{(((1,), (('x', 2), ('y', 3.0))),): 4}");
  expect_round_trip(
      std::map<std::pair<std::optional<std::vector<int>>, int>, int>{{{std::nullopt, 1}, 2}, {{{{3}}, 1}, 2}},
      "{(None, 1): 2, ((3,), 1): 2}");
  expect_round_trip(std::map<std::vector<std::byte>, int>{{{std::byte{7}}, 1}}, "{b'\\x07': 1}");
}

TEST(Key, ValuesOfAMapAreAsElsewhere) {
  expect_round_trip(std::map<int, std::vector<std::vector<int>>>{{1, {{2}}}}, "{1: [[2]]}");
  expect_round_trip(std::map<int, Point>{{1, {2, 3}}}, "{1: {'x': 2, 'y': 3.0}}");
}

TEST(Key, MatricesAreTuplesUnlessTheirShapeWouldBeLost) {
  using Matrices = std::map<Eigen::MatrixXi, int, ByRows>;
  const Value value(Matrices{{Eigen::MatrixXi{{1, 2, 3}, {4, 5, 6}}, 1}});
  EXPECT_EQ(value.repr(), "{((1, 2, 3), (4, 5, 6)): 1}");
  EXPECT_EQ(value.as<Matrices>().begin()->first, (Eigen::MatrixXi{{1, 2, 3}, {4, 5, 6}}));
  EXPECT_THROW(Value(Matrices{{Eigen::MatrixXi(0, 3), 1}}), ValueError);
}

TEST(Key, AVariantThatIsAKeyKeepsItsAlternative) {
  using Numbers = std::map<std::variant<int, double>, int>;
  expect_round_trip(Numbers{{1, 1}, {1.0, 2}}, "{(0, 1): 1, (1, 1.0): 2}");
  expect_round_trip(std::map<std::variant<int, std::string>, int>{{1, 1}, {"1", 2}}, "{1: 1, '1': 2}");
  using Either = std::variant<std::vector<int>, std::pair<int, int>, std::map<int, int>>;
  expect_round_trip(
      std::map<Either, int>{{std::vector{1, 2}, 1}, {std::pair(1, 2), 2}, {std::map<int, int>{{1, 2}}, 3}},
      "{(0, (1, 2)): 1, (1, (1, 2)): 2, (2, ((1, 2),)): 3}");
  EXPECT_EQ(Value(Either(std::vector{1, 2})).repr(), "[1, 2]") << "elsewhere it needs no index";
  EXPECT_EQ(Value(Dict{{1, 1}, {2.5, 2}}).as<Numbers>(), (Numbers{{1, 1}, {2.5, 2}})) << "as execute makes it";
}

TEST(Key, DistinctKeysThatAreOneValueAreAnError) {
  const std::string text = "a";
  const std::map<const char*, int, ByAddress> map{{text.c_str(), 1}, {"a", 2}};
  EXPECT_EQ(message<ValueError>([&] { Value{map}; }),
            "str 'a' and str 'a' would become one in dict[str, int], and something would be lost");
}

TEST(Key, DistinctValuesThatAreOneKeyAreAnError) {
  EXPECT_EQ(
      message<ValueError>([] {
        (void)Value(Dict{{0.1, 1}, {0.5, 2}, {0.10000000000000002, 3}}).as<std::map<float, int>>();
      }),
      "key 0.10000000000000002: float 0.1 and float 0.10000000000000002 would become one in dict[float, int], and "
      "something would be lost");
  const Value both(Dict{{"a", 1}, {Value::bytes("a"), 2}});
  EXPECT_THROW((void)(both.as<std::map<std::string, int>>()), ValueError);
}

TEST(Key, ASetHasAsManyElementsAsCame) {
  expect_round_trip(std::set<std::vector<int>>{{1}, {2, 3}}, "[[1], [2, 3]]");
  EXPECT_EQ(message<ValueError>([] {
              (void)Value(List{1, 2, 1}).as<std::set<int>>();
            }),
            "item 2: int 1 and int 1 would become one in array[i32], and something would be lost");
  EXPECT_THROW((void)Value(List{"a", "a"}).as<std::set<std::string>>(), ValueError);
}

TEST(Key, ManyNansAreManyKeys) {
  std::unordered_map<double, int> nans;
  nans.emplace(NAN, 1);
  nans.emplace(NAN, 2);
  ASSERT_EQ(nans.size(), 2U);
  EXPECT_EQ((Value(nans).as<std::unordered_map<double, int>>().size()), 2U);
}

TEST(Key, AListFromACodecOfOnesOwnSaysWhatToDo) {
  EXPECT_EQ(
      message<TypeError>([] {
        Value{std::map<Listed, int>{{{1}, 2}}};
      }),
      "a key of dict[Listed, int] became a list, which can change and so be no key of a dict: let its Codec give a "
      "tuple");
}

}  // namespace
}  // namespace enginery
