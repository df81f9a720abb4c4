// tests/unit/codecs/struct_test.cpp: plain structs are dicts of their fields.
#include <gtest/gtest.h>

#include <enginery/value.hpp>

namespace shapes {

struct Point {
  double x = 0, y = 0;
  bool operator==(const Point&) const = default;
};
struct Polygon {
  std::string name;
  std::vector<Point> corners;
  std::optional<int> colour;
  std::map<std::string, double> weights;
  bool operator==(const Polygon&) const = default;
};
struct One {
  int only;
};
struct Reordered {
  int b, a, a_b;
};

struct WithArray {
  int numbers[3];
  char label[8];
};
struct Base {
  int in_base;
};
struct Derived : Base {
  int own;
};
struct WithText {
  char label[8];
};
struct WithBits {
  unsigned a : 1;
  unsigned b : 2;
};
struct Strict {
  explicit Strict(int given) : number(given) {}
  int number;
  static Strict any() { return Strict(7); }
};
struct HasStrict {
  int before = 1;
  Strict strict = Strict::any();
  int after = 2;
};
struct Holds {
  int number;
  int* pointer;
};
struct Tree {
  int value = 0;
  std::vector<Tree> children;
};
class Account {
 public:
  Account() = default;
  explicit Account(int given) : balance(given) {}
  int balance = 0;
  int not_sent = 7;
};

ENGINERY_FIELDS(Tree, value, children);
ENGINERY_FIELDS(Account, balance);

struct Named {
  int numbers[3] = {};
  char label[8] = {};
};
ENGINERY_FIELDS(Named, numbers, label);
struct NamedDerived : Base {
  int own = 0;
};
ENGINERY_FIELDS(NamedDerived, in_base, own);

}  // namespace shapes

struct Global {
  int a = 1;
};
ENGINERY_FIELDS(Global, a);

namespace enginery {
namespace {

static_assert(Encodable<shapes::Polygon> && Decodable<shapes::Polygon>);
static_assert(!Encodable<shapes::WithArray> && !Encodable<shapes::Derived> && !Encodable<shapes::Holds>);
static_assert(!Encodable<shapes::WithText> && !Decodable<shapes::WithText> && !Encodable<shapes::HasStrict>);
static_assert(!Encodable<shapes::WithBits> && !Decodable<shapes::WithBits>);
static_assert(detail::Fields<shapes::HasStrict>::kCount == 3);
static_assert(!Decodable<shapes::WithArray> && !Decodable<shapes::Derived> && !Decodable<shapes::Holds>);

TEST(Struct, IsADictOfItsFieldsInOrder) {
  EXPECT_EQ(Value(shapes::Point{1, 2}).repr(), "{'x': 1.0, 'y': 2.0}");
  EXPECT_EQ(Value(shapes::One{5}).repr(), "{'only': 5}");
  EXPECT_EQ(Value(shapes::Reordered{1, 2, 3}).repr(), "{'b': 1, 'a': 2, 'a_b': 3}");
  EXPECT_EQ(Codec<shapes::Point>::name(), "shapes::Point");
}

TEST(Struct, ComesBackWithEverythingInIt) {
  const shapes::Polygon polygon{"grüß", {{1, 2}, {3, -0.5}}, 7, {{"a", 0.5}}};
  EXPECT_EQ(Value(polygon).as<shapes::Polygon>(), polygon);
  EXPECT_EQ(Value(std::vector{polygon, {}}).as<std::vector<shapes::Polygon>>(), (std::vector{polygon, {}}));
}

TEST(Struct, MissingAndUnknownFieldsAreNamed) {
  const auto message = [](const Value& value) -> std::string {
    try {
      (void)value.as<shapes::Point>();
    } catch (const Error& error) {
      return error.ename() + ": " + error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_EQ(
      message(Dict{{"x", 1}}),
      "ValueError: shapes::Point has the fields x, y, and what came has x; was it made with another declaration?");
  EXPECT_EQ(message(Dict{{"x", 1}, {"y", 1}, {"z", 1}}),
            "ValueError: shapes::Point has the fields x, y, and what came has x, y, z; was it made with another "
            "declaration?");
  EXPECT_EQ(message(Dict{{"x", 1}, {"y", "far"}}), "TypeError: field y: expected float, got str 'far'");
  EXPECT_EQ(message(5), "TypeError: expected a dict with the fields of shapes::Point, got int 5");
}

TEST(Struct, AMacroNamesWhatReflectionCannotSee) {
  shapes::Named named{{1, 2, 3}, "label"};
  EXPECT_EQ(Value(named).repr(), "{'numbers': [1, 2, 3], 'label': 'label'}");
  const auto back = Value(named).as<shapes::Named>();
  EXPECT_EQ(back.numbers[2], 3);
  EXPECT_STREQ(back.label, "label");
  EXPECT_THROW((void)Value(Dict{{"numbers", List{1, 2, 3}}, {"label", "far too long"}}).as<shapes::Named>(),
               ValueError);

  shapes::NamedDerived derived;
  derived.in_base = 4;
  EXPECT_EQ(Value(derived).repr(), "{'in_base': 4, 'own': 0}");
  EXPECT_EQ(Value(derived).as<shapes::NamedDerived>().in_base, 4);
  EXPECT_EQ(Value(shapes::Account(3)).as<shapes::Account>().balance, 3);
  EXPECT_EQ(Value(Global{}).repr(), "{'a': 1}");
}

TEST(Struct, ARecursiveTypeComesBack) {
  const shapes::Tree tree{1, {{2, {}}, {3, {{4, {}}}}}};
  EXPECT_EQ(
      Value(tree).repr(),
      "{'value': 1, 'children': [{'value': 2, 'children': []}, {'value': 3, 'children': [{'value': 4, 'children': "
      "[]}]}]}");
  EXPECT_EQ(Value(tree).as<shapes::Tree>().children[1].children[0].value, 4);
}

}  // namespace
}  // namespace enginery
