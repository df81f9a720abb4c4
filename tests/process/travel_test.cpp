// tests/process/travel_test.cpp: functions, function objects and closures of this program, called on engines.
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <ctime>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include <enginery/plugin.hpp>

#include "tests/process/cluster_fixture.hpp"
#include "tests/process/travel_library.hpp"

namespace enginery {

static std::int64_t twice(std::int64_t x) { return 2 * x; }
static double half(double x) noexcept { return x / 2; }
static std::string greet(const std::string& name) { return "hello " + name; }
static double total(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }
static double quarter(double x) { return x / 4; }
static int engine_pid() { return ::getpid(); }
static void fail_with(const std::string& text) { throw ValueError(text); }
static double both_ways(double x) { return x; }
static int both_ways(int x) { return x + 1; }

/// A function object with a state that is plain data.
struct Polynomial {
  double a, b, c;
  double operator()(double x) const { return (a * x + b) * x + c; }
};

/// Lives on its engine only.
struct Counter {
  std::int64_t count = 0;
  std::vector<std::string> log;
  Counter(const Counter&) = delete;
  Counter() = default;
};
static void make_counter() { globals().set("counter", Value::opaque(std::make_shared<Counter>())); }
static std::int64_t increase(Counter& counter, std::int64_t by) { return counter.count += by; }

namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::int64_t in_no_namespace_of_its_own(std::int64_t x) { return x + 1; }

template <class T>
T largest(T a, T b) {
  return a < b ? b : a;
}

class TravelTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    start_engines(2);
  }
  template <class... T>
  static std::string printed(const T&... objects) {
    std::ostringstream text;
    (text << ... << objects);
    return text.str();
  }
};

TEST_F(TravelTest, FunctionsOfAllKindsRunOnAnEngine) {
  const DirectView e0 = on(0);
  EXPECT_EQ(e0.apply_sync(twice, 21), 42);
  EXPECT_EQ(e0.apply_sync(&twice, 21), 42);
  EXPECT_EQ(e0.apply_sync(half, 3), 1.5);
  EXPECT_EQ(e0.apply_sync(in_no_namespace_of_its_own, 1), 2);
  EXPECT_EQ(e0.apply_sync(largest<double>, 1, 2.5), 2.5);
  EXPECT_EQ(e0.apply_sync(overload<double(double)>(both_ways), 2.5), 2.5);
  EXPECT_EQ(e0.apply_sync(overload<int(int)>(both_ways), 2), 3);
  EXPECT_EQ(e0.apply_sync(greet, "world"), "hello world");
  EXPECT_NE(e0.apply_sync(engine_pid), ::getpid());
  EXPECT_EQ(e0.apply_sync(engine_pid), pid(0));
}

TEST_F(TravelTest, FunctionsOfLibrariesAreFoundOnTheEngine) {
  const DirectView e0 = on(0);
  EXPECT_EQ(e0.apply_sync(::getpid), pid(0));
  EXPECT_EQ(e0.apply_sync(overload<double(double)>(std::sin), 0.5), std::sin(0.5));  // chosen for this processor
  EXPECT_EQ(e0.apply_sync(std::strlen, "four"), 4u);
  EXPECT_NEAR(static_cast<double>(e0.apply_sync([] { return ::time(nullptr); })), static_cast<double>(::time(nullptr)),
              5);
  EXPECT_EQ(e0.apply_sync(travel_library::twice, 4), 8);  // of the user's own, brought with the program
}

TEST_F(TravelTest, ClosuresAndFunctionObjectsTravelWithTheirState) {
  const DirectView e0 = on(0);
  const double k = 3;
  const std::array<int, 3> weights{1, 10, 100};
  EXPECT_EQ(e0.apply_sync([] { return 7; }), 7);
  EXPECT_EQ(e0.apply_sync([k](double x) { return k * x; }, 7), 21);
  EXPECT_EQ(e0.apply_sync([weights](int i) { return weights[static_cast<std::size_t>(i)]; }, 2), 100);
  EXPECT_EQ(e0.apply_sync(Polynomial{1, 2, 3}, 2.0), 11);
  EXPECT_EQ(e0.apply_sync([count = 0]() mutable { return ++count; }), 1);
  const std::optional<double> maybe = 2.5;
  EXPECT_EQ(e0.apply_sync(plain([maybe] { return maybe.value_or(0); })), 2.5);
}

TEST_F(TravelTest, CapturesTravelByTheirCodecs) {
  const DirectView e0 = on(0);
  const std::string name = "A";
  const std::vector<double> factors{1, 2, 3};
  const Eigen::Matrix2d matrix{{1, 2}, {3, 4}};
  const auto weigh = capture(name, factors, matrix,
                             [](const std::string& label, const std::vector<double>& by, const Eigen::Matrix2d& A,
                                double x) { return label + std::to_string(by.at(1) * A(1, 0) * x); });
  EXPECT_EQ(e0.apply_sync(weigh, 2), "A12.000000");
  const std::vector<std::string> both = rc().all().apply_sync(capture(name, greet));
  EXPECT_EQ(both, (std::vector<std::string>{"hello A", "hello A"}));
}

TEST_F(TravelTest, ArgumentsAreConvertedAsTheCompilerWould) {
  const DirectView e0 = on(0);
  EXPECT_EQ(e0.apply_sync(total, std::vector<double>{1, 2, 3}), 6);
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(3, 1, 3);
  EXPECT_EQ(e0.apply_sync([](const Eigen::VectorXd& v) { return v.sum(); }, x + x), 12);
  EXPECT_EQ(e0.apply_sync([](std::uint8_t byte) { return static_cast<int>(byte); }, 255), 255);
  EXPECT_THROW(e0.apply([](std::uint8_t byte) { return static_cast<int>(byte); }, 256), OverflowError);
  e0["x"] = x;
  EXPECT_EQ(e0.apply_sync([](const Eigen::VectorXd& v) { return v.sum(); }, Reference("x")), 6);
  EXPECT_EQ(e0.apply_sync([](const Value& v) { return v.type_name(); }, 1.5), "float");
}

TEST_F(TravelTest, AnObjectThatLivesOnTheEngineIsPassedByReference) {
  const DirectView e0 = on(0);
  e0.apply_sync(make_counter);
  EXPECT_EQ(e0.apply_sync(increase, TypedReference<Counter>("counter"), 2), 2);
  EXPECT_EQ(e0.apply_sync(increase, Reference("counter"), 3), 5);
  EXPECT_THAT(error_of([&] { e0.pull("counter").get(); }), HasSubstr("cannot leave its process"));
}

TEST_F(TravelTest, ResultsPrintTheNameThatTheSourceHas) {
  const DirectView e0 = on(0);
  const auto name_of = [](const auto& result) {
    result.wait();
    return printed(result);
  };
  EXPECT_EQ(name_of(e0.apply_async(twice, 1)), "<AsyncResult: enginery::twice:finished>");
  EXPECT_EQ(name_of(e0.apply_async(in_no_namespace_of_its_own, 1)),
            "<AsyncResult: enginery::in_no_namespace_of_its_own:finished>");
  EXPECT_EQ(name_of(e0.apply_async(largest<double>, 1.0, 2.0)), "<AsyncResult: enginery::largest:finished>");
  EXPECT_EQ(name_of(e0.apply_async(::getpid)), "<AsyncResult: getpid:finished>");
  EXPECT_EQ(name_of(e0.apply_async(std::strlen, "x")), "<AsyncResult: strlen:finished>");
  EXPECT_EQ(name_of(e0.apply_async(Polynomial{}, 1.0)), "<AsyncResult: enginery::Polynomial:finished>");
  EXPECT_THAT(name_of(e0.apply_async([] { return 1; })), HasSubstr("::<lambda>:finished>"));
  EXPECT_THAT(name_of(e0.apply_async(plain([] { return 1; }))), HasSubstr("::<lambda>:finished>"));
  EXPECT_THROW(e0.apply_async(static_cast<int (*)()>(nullptr)), ValueError);
}

TEST_F(TravelTest, AFunctionThatAPluginDefinesTooHasItsNameThere) {
  const auto result = on(0).apply_async(quarter, 2);
  EXPECT_EQ(result.get(), 0.5);
  EXPECT_EQ(printed(result), "<AsyncResult: travels.quarter:finished>");
  EXPECT_THAT(error_of([&] { on(0).apply_sync(quarter, Reference("nothing")); }), StartsWith("NameError"));
}

TEST_F(TravelTest, WhatAFunctionThrowsSaysItsNameAndWhichArgument) {
  const DirectView e0 = on(0);
  EXPECT_EQ(error_of([&] { e0.apply_sync(fail_with, "no"); }), "ValueError: no");
  e0["text"] = "a text";
  EXPECT_THAT(error_of([&] { e0.apply_sync(twice, Reference("text")); }),
              StartsWith("TypeError: enginery::twice(): argument 'arg0' must be int, not str 'a text'"));
  EXPECT_THAT(error_of([&] { e0.apply_sync(twice, Reference("nothing")); }), StartsWith("NameError"));
}

TEST_F(TravelTest, ATypedNameIsCheckedOnBothSides) {
  constexpr fn<std::map<double, double>(const Eigen::VectorXd&, std::vector<double>)> get_norms{"norms.get_norms"};
  constexpr fn<double(const Eigen::VectorXd&, std::vector<double>)> other{"norms.get_norms"};
  const DirectView e0 = on(0);
  e0.sync_imports({"norms"});
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(2, 3, 4);
  EXPECT_EQ(e0.apply_sync(get_norms, x, std::vector<double>{2}), (std::map<double, double>{{2, 5}}));
  EXPECT_EQ(e0.apply_sync(get_norms, x), (std::map<double, double>{{2, 5}}));  // its default
  using namespace literals;
  EXPECT_EQ(e0.apply_sync(get_norms, x, "levels"_a = std::vector<double>{1}), (std::map<double, double>{{1, 7}}));
  EXPECT_EQ(error_of([&] { e0.apply_sync(other, x); }),
            "TypeError: norms.get_norms() is (array[f64], array[f64]) -> dict[float, float] here, and the caller's "
            "enginery::fn says (array[f64], array[f64]) -> float: build both against the same declaration");
}

TEST_F(TravelTest, TheSameFunctionsRunInThisProcess) {
  const std::string name = "you";
  EXPECT_EQ(local().apply_sync(twice, 21), 42);
  EXPECT_EQ(local().apply_sync(::getpid), ::getpid());
  EXPECT_EQ(local().apply_sync(capture(name, greet)), "hello you");
}

TEST_F(TravelTest, MetadataSayWhichBuildRan) {
  const auto result = on(0).apply_async(twice, 1);
  result.get();
  EXPECT_EQ(result.metadata().build_id.size(), 40u);
}

}  // namespace
}  // namespace enginery

ENGINERY_PLUGIN(travels, m) { m.def("quarter", enginery::quarter, "x"_a); }

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
