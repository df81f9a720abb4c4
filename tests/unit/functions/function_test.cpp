// tests/unit/functions/function_test.cpp: binding, decoding, and the words when that fails.
#include <enginery/function.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/arguments.hpp>
#include <enginery/plugin.hpp>

namespace enginery {

/// Refuses every number in a way of its own.
struct Fussy {};
template <>
struct Codec<Fussy> {
  static Fussy decode(const Value& value) {
    switch (value.as_integer()) {
      case 0:
        throw ValueError("no");
      case 1:
        throw KeyError("no key");
      case 2:
        throw std::out_of_range("beyond");
      default:
        throw std::runtime_error("broken");
    }
  }
  static std::string name() { return "Fussy"; }
};

namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;
using namespace literals;
using Keywords = std::vector<std::pair<std::string, Value>>;

double scaled(double value, std::vector<double> levels) { return value * levels.at(0); }
double half(double value) noexcept { return value / 2; }

class FunctionTest : public testing::Test {
 protected:
  template <class F, class... Extra>
  std::shared_ptr<const Function> define(const char* name, F function, const Extra&... extra) {
    module_.def(name, function, extra...);
    return names_.get(name).as_function();
  }
  std::shared_ptr<const Function> get_norms() {
    return define("get_norms", scaled, "A"_a, "levels"_a = std::vector<double>{2}, "Get all the norms.");
  }
  static std::string refusal(const Function& function, const List& positional, const Keywords& keyword = {}) {
    try {
      function.call(positional, keyword);
    } catch (const Error& error) {
      return error.ename() + ": " + error.what();
    }
    return "was not refused";
  }

  Namespace names_;
  Module module_{names_, "norms", {}};
};

TEST_F(FunctionTest, ArgumentsAreBoundByPositionNameAndDefault) {
  const auto f = get_norms();
  EXPECT_EQ(f->call(List{3.0}), Value(6.0));
  EXPECT_EQ(f->call(List{3.0, std::vector<double>{5}}), Value(15.0));
  EXPECT_EQ(f->call(List{3.0}, Keywords{{"levels", std::vector<double>{4}}}), Value(12.0));
  EXPECT_EQ(f->call({}, Keywords{{"levels", std::vector<double>{4}}, {"A", 1.0}}), Value(4.0));
}

TEST_F(FunctionTest, ItsTextSaysWhatItTakesAndGives) {
  const auto f = get_norms();
  EXPECT_EQ(f->signature(), "get_norms(A: float, levels: " + Codec<std::vector<double>>::name() + " = [2.0]) -> float");
  EXPECT_EQ(f->qualified_name(), "norms.get_norms");
  EXPECT_EQ(f->doc(), "Get all the norms.");
  EXPECT_EQ(names_.get("get_norms").repr(), "<function norms.get_norms>");
}

TEST_F(FunctionTest, AMissingArgumentIsNamedAsPythonDoes) {
  EXPECT_THAT(refusal(*get_norms(), {}),
              StartsWith("TypeError: get_norms() missing 1 required positional argument: 'A'"));
  const auto three = define(
      "three", [](int a, int b, int c) { return a + b + c; }, "a"_a, "b"_a, "c"_a);
  EXPECT_THAT(refusal(*three, {}),
              StartsWith("TypeError: three() missing 3 required positional arguments: 'a', 'b', and 'c'"));
  EXPECT_THAT(refusal(*three, List{1}),
              StartsWith("TypeError: three() missing 2 required positional arguments: 'b' and 'c'"));
}

TEST_F(FunctionTest, AnUnknownKeywordIsNamedWithTheOneThatWasMeant) {
  EXPECT_THAT(refusal(*get_norms(), List{1.0}, Keywords{{"lvls", 1}}),
              StartsWith("TypeError: get_norms() got an unexpected keyword argument 'lvls'. Did you mean 'levels'?"));
}

TEST_F(FunctionTest, TooManyArgumentsAreCounted) {
  EXPECT_THAT(refusal(*get_norms(), List{1.0, 2.0, 3.0}),
              StartsWith("TypeError: get_norms() takes from 1 to 2 positional arguments but 3 were given"));
  EXPECT_THAT(refusal(*define("half", half, "value"_a), List{1.0, 2.0}),
              StartsWith("TypeError: half() takes 1 positional argument but 2 were given"));
  EXPECT_THAT(refusal(*define("none", [] {}), List{1.0}),
              StartsWith("TypeError: none() takes 0 positional arguments but 1 was given"));
}

TEST_F(FunctionTest, AnArgumentGivenTwiceIsNamed) {
  EXPECT_THAT(refusal(*get_norms(), List{1.0}, Keywords{{"A", 2.0}}),
              StartsWith("TypeError: get_norms() got multiple values for argument 'A'"));
}

TEST_F(FunctionTest, AnArgumentThatDoesNotDecodeIsNamedWithTaskParameterAndTypes) {
  EXPECT_THAT(refusal(*get_norms(), List{"text"}),
              StartsWith("TypeError: norms.get_norms(): argument 'A' must be float, not str 'text'"));
}

struct Walker {
  explicit Walker(int* at) : at_(at) {}
  int* at_;
};

TEST_F(FunctionTest, AnObjectThatIsWantedItselfIsNamedOnce) {
  const auto walk = define(
      "walk", [](const Walker&) {}, "walker"_a);
  EXPECT_THAT(
      refusal(*walk, List{5}),
      MatchesRegex("TypeError: norms.walk\\(\\): argument 'walker': expected an object of type .*Walker itself, got "
                   "int 5: pass a Reference .*"));
  const auto scale = define(
      "scale", [](std::vector<double>&) {}, "x"_a);
  EXPECT_THAT(
      refusal(*scale, List{std::vector<double>{1}}),
      StartsWith("TypeError: norms.scale(): argument 'x': expected an object of type std::vector<double> itself, got "
                 "ndarray f64 array of shape (1,): pass a Reference"));
}

TEST_F(FunctionTest, WhatACodecOfOnesOwnThrowsNamesTheArgumentWhateverItIs) {
  const auto take = define(
      "take", [](Fussy) {}, "x"_a);
  const auto refusal_of = [&](int number) { return refusal(*take, List{number}); };
  EXPECT_EQ(refusal_of(0), "ValueError: norms.take(): argument 'x' of type Fussy: no");
  EXPECT_EQ(refusal_of(1), "KeyError: norms.take(): argument 'x' of type Fussy: no key");
  EXPECT_EQ(refusal_of(2), "IndexError: norms.take(): argument 'x' of type Fussy: beyond");
  EXPECT_EQ(refusal_of(3), "std::runtime_error: norms.take(): argument 'x' of type Fussy: broken");
}

TEST_F(FunctionTest, TheFirstOfSeveralWrongArgumentsIsTheOneThatIsNamed) {
  EXPECT_THAT(refusal(*get_norms(), List{"one", "two"}), HasSubstr("argument 'A'"));
}

TEST_F(FunctionTest, LambdasNoexceptFunctionsAndMoveOnlyCallablesAreTasks) {
  const auto halved = define("half", half);
  EXPECT_EQ(halved->call(List{3}), Value(1.5));
  EXPECT_EQ(halved->formals().at(0).name, "arg0");
  const auto owned = Function::make({.module = {}, .name = "owned", .doc = {}, .formals = {}, .build_id = {}},
                                    [p = std::make_unique<int>(7)](int x) { return *p * x; });
  EXPECT_EQ(owned->call(List{6}), Value(42));
  EXPECT_EQ(owned->qualified_name(), "owned");
}

TEST_F(FunctionTest, VoidGivesNoneAndAValueIsPassedAsItIs) {
  const auto nothing = define("nothing", [] {});
  EXPECT_TRUE(nothing->call({}).is_none());
  EXPECT_EQ(nothing->signature(), "nothing() -> None");
  const auto same = define("same", [](const Value& value) { return value; });
  const Value list = Value::list(List{1, 2});
  EXPECT_TRUE(same->call(List{list}).is(list));
}

TEST_F(FunctionTest, MoreArgumentsThanFitOnTheStackAreBound) {
  const auto sum = define("sum", [](int a, int b, int c, int d, int e, int f, int g, int h, int i, int j) {
    return a + b + c + d + e + f + g + h + i * j;
  });
  EXPECT_EQ(sum->call(List{1, 1, 1, 1, 1, 1, 1, 1, 5, 10}), Value(58));
}

TEST_F(FunctionTest, WhatTheCodeThrowsComesThroughUnchanged) {
  const auto fails = define("fails", [](double) -> double { throw std::domain_error("negative"); });
  EXPECT_THROW(fails->call(List{1.0}), std::domain_error);
  const auto refuses = define("refuses", [](double) -> double { throw ValueError("mine"); });
  EXPECT_EQ(refusal(*refuses, List{1.0}), "ValueError: mine");
}

TEST_F(FunctionTest, ANameForTwoParametersIsRefused) {
  EXPECT_THROW(define(
                   "f", [](int a, int b) { return a + b; }, "a"_a, "a"_a),
               ValueError);
}

TEST(KeywordTest, AnLvalueIsKeptByReferenceAndAnRvalueByValue) {
  std::vector<double> levels{1};
  const auto by_reference = "levels"_a = levels;
  levels.push_back(2);
  EXPECT_EQ(by_reference.value.size(), 2u);
  static_assert(std::is_same_v<decltype(by_reference.value), std::vector<double>&>);
  const auto by_value = "levels"_a = std::vector<double>{1};
  static_assert(std::is_same_v<decltype(by_value.value), std::vector<double>>);
  static_assert(KeywordArgument<decltype(by_value)> && !KeywordArgument<std::vector<double>>);
}

/// It can only be moved, and no codec is given.
struct Plan {
  std::unique_ptr<int> steps;
};

TEST_F(FunctionTest, AResultWithoutACodecIsTheObjectItself) {
  const auto plan = define(
      "plan", [](int steps) { return Plan{std::make_unique<int>(steps)}; }, "steps"_a);
  EXPECT_EQ(plan->signature(), "plan(steps: int) -> enginery::{anonymous}::Plan");
  const Value made = plan->call(List{3});
  ASSERT_EQ(made.kind(), Kind::opaque);
  const auto steps = define(
      "steps", [](const Plan& plan) { return *plan.steps; }, "plan"_a);
  EXPECT_EQ(steps->call(List{made}), Value(3));
}

TEST_F(FunctionTest, ANameThatIsDefinedTwiceIsRefused) {
  define("root", half);
  try {
    define("root", scaled);
    FAIL() << "the second took the first one's place";
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("m.def(\"root\", …) stands here twice"));
  }
  EXPECT_EQ(names_.get("root").as_function()->call(List{3.0}), Value(1.5));
}

}  // namespace
}  // namespace enginery
