// tests/unit/codecs/variant_test.cpp: what may be one thing or another comes back as the one that was sent.
#include <gtest/gtest.h>

#include <chrono>
#include <complex>
#include <map>

#include <enginery/value.hpp>

namespace enginery {
namespace {

template <class T>
void expect_round_trip(const T& object, const char* repr) {
  const Value value(object);
  EXPECT_EQ(value.repr(), repr);
  EXPECT_TRUE(value.as<T>() == object) << value;
}
template <class F>
std::string type_error(F f) {
  try {
    f();
  } catch (const TypeError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

struct Point {
  double x;
  bool operator==(const Point&) const = default;
};

TEST(Optional, OfWhatMayBeNoneComesBack) {
  using Inner = std::optional<int>;
  using Outer = std::optional<Inner>;
  expect_round_trip(std::vector<Outer>{Outer(), Outer(Inner()), Outer(3)}, "[None, (None,), 3]");
  expect_round_trip(std::optional<Outer>(Outer()), "(None,)");
  expect_round_trip(std::optional<Outer>(Outer(Inner())), "((None,),)");
  expect_round_trip(std::optional<Outer>(Outer(3)), "3");
  expect_round_trip(std::optional<std::monostate>(std::monostate()), "(None,)");
  using MayBeTuple = std::optional<std::variant<std::monostate, std::tuple<int>>>;
  expect_round_trip(MayBeTuple(std::tuple(3)), "((3,),)");
  expect_round_trip(MayBeTuple(std::monostate()), "(None,)");
}

TEST(Optional, OfAValueComesBack) {
  using Any = std::optional<Value>;
  expect_round_trip(Any(), "None");
  expect_round_trip(Any(Value()), "(None,)");
  expect_round_trip(Any(3), "3");
  expect_round_trip(Any(Value::tuple({3})), "((3,),)");
  expect_round_trip(Any(Value::tuple({3, 4})), "(3, 4)");
}

TEST(Optional, OfWhatIsNeverNoneIsThat) {
  expect_round_trip(std::optional(3), "3");
  expect_round_trip(std::optional(std::tuple(3)), "(3,)");
}

TEST(Variant, NeedsNoIndexWhereKindsDiffer) {
  expect_round_trip(std::variant<int, double>(1.0), "1.0");
  expect_round_trip(std::variant<bool, int>(1), "1");
  expect_round_trip(std::variant<std::vector<double>, std::vector<std::string>>(std::vector<std::string>()), "[]");
  expect_round_trip(std::variant<std::pair<int, int>, std::vector<int>>(std::pair(0, 1)), "(0, 1)");
  expect_round_trip(std::variant<Point, std::vector<double>>(Point{1}), "{'x': 1.0}");
  expect_round_trip(std::variant<std::vector<double>, std::vector<Point>>(std::vector<Point>{{1}}), "[{'x': 1.0}]");
  using Pairs = std::vector<std::pair<int, std::string>>;
  expect_round_trip(std::variant<std::map<int, int>, Pairs>(Pairs{{1, "a"}}), "[(1, 'a')]");
  expect_round_trip(std::variant<std::optional<int>, std::string>(std::optional<int>()), "None");
  expect_round_trip(std::variant<std::variant<int, std::string>, double>(2.0), "2.0");
}

TEST(Variant, SaysWhichAlternativeWhereKindsMeet) {
  expect_round_trip(std::variant<float, double>(0.1), "(1, 0.1)");
  expect_round_trip(std::variant<float, double>(0.5F), "(0, 0.5)");
  expect_round_trip(std::variant<std::vector<double>, std::vector<int>>(std::vector{1}), "(1, [1])");
  expect_round_trip(std::variant<int, int>(std::in_place_index<1>, 5), "(1, 5)");
  expect_round_trip(std::variant<std::monostate, std::optional<int>>(std::optional<int>()), "(1, None)");
  expect_round_trip(std::variant<char, std::string>("x"), "(1, 'x')");
  expect_round_trip(std::variant<std::chrono::seconds, double>(2.0), "(1, 2.0)");
  expect_round_trip(std::variant<std::map<std::string, double>, Point>(Point{1}), "(1, {'x': 1.0})");
  expect_round_trip(std::variant<Value, int>(3), "(1, 3)");
}

TEST(Variant, AnIndexIsNotTakenForAnItemOfATuple) {
  using Pairs = std::variant<std::pair<int, std::pair<int, int>>, std::pair<int, int>>;
  expect_round_trip(Pairs(std::pair(3, 4)), "(1, (3, 4))");
  expect_round_trip(Pairs(std::pair(1, std::pair(3, 4))), "(0, (1, (3, 4)))");
  using Inner = std::variant<float, double>;
  expect_round_trip(std::variant<Inner, std::pair<int, double>>(Inner(0.5)), "(0, (1, 0.5))");
  expect_round_trip(std::variant<Inner, std::pair<int, double>>(std::pair(1, 0.5)), "(1, (1, 0.5))");
  expect_round_trip(std::variant<Inner, std::string>(Inner(0.5)), "(1, 0.5)");
}

TEST(Variant, WithoutAnIndexIsTheAlternativeThatTakesTheValueExactly) {
  using Floats = std::variant<float, double>;
  EXPECT_EQ(Value(0.1).as<Floats>(), Floats(0.1));
  using Vectors = std::variant<std::vector<double>, std::vector<int>>;
  EXPECT_EQ(Value(List{1, 0.5}).as<Vectors>(), Vectors(std::vector{1, 0.5}));
  EXPECT_EQ(Value(std::vector{1}).as<Vectors>(), Vectors(std::vector{1})) << "of the very dtype";
  using Bytes = std::variant<std::int8_t, std::int64_t>;
  EXPECT_EQ(Value(300).as<Bytes>(), Bytes(std::int64_t{300}));
  using FloatOrText = std::variant<float, std::string>;
  EXPECT_EQ(Value(0.1).as<FloatOrText>(), FloatOrText(0.1F)) << "as a float takes it";
}

TEST(Variant, AValueThatSeveralTakeIsATypeErrorThatNamesThem) {
  EXPECT_EQ(
      type_error([] { (void)Value(0.5).as<std::variant<float, double>>(); }),
      "float 0.5 could be several alternatives of a variant: 0 (float), 1 (double); give (index, value), as (0, …)");
  EXPECT_EQ(type_error([] { (void)Value(List{1}).as<std::variant<std::vector<double>, std::vector<int>>>(); }),
            "list [1] could be several alternatives of a variant: 0 (std::vector<double>), 1 (std::vector<int>); give "
            "(index, value), as (0, …)");
  EXPECT_EQ(
      type_error([] { (void)Value(true).as<std::variant<int, double>>(); }),
      "bool True could be several alternatives of a variant: 0 (int), 1 (double); give what is exactly one of them");
}

TEST(Variant, AnAlternativeThatDoesNotTakeItsValueSaysWhy) {
  EXPECT_EQ(type_error([] {
              (void)Value::tuple({1, "x"}).as<std::variant<float, double>>();
            }),
            "alternative 1, double: expected float, got str 'x'");
  EXPECT_EQ(type_error([] {
              (void)Value::tuple({2, 0.5}).as<std::variant<float, double>>();
            }),
            "expected Union[float, float], got tuple (2, 0.5)");
}

}  // namespace
}  // namespace enginery
