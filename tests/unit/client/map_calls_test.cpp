// tests/unit/client/map_calls_test.cpp: what maps send and give, with a map that runs here.
#include <enginery/map_calls.hpp>

#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <list>
#include <ranges>
#include <sstream>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/client.hpp>
#include <enginery/eigen.hpp>

#include "tests/unit/client/fake_maps.hpp"

namespace enginery {
namespace {

using testing::ElementsAre;

double half(double x) { return x / 2; }
double add(double a, double b) { return a + b; }
int square(int x) { return x * x; }
float single(float x) { return x; }
bool negated(bool x) { return !x; }
std::string twice(const std::string& text) { return text + text; }
double norm(const Eigen::VectorXd& x) { return x.norm(); }
void nothing(int) {}
int odd(int x) {
  if (x % 2 == 0) throw std::domain_error("even");
  return x;
}
struct Point {
  double x, y;
};
Point mirrored(const Point& point) { return {point.y, point.x}; }

struct MapTest : testing::Test {
  const LoadBalancedView lv{nullptr};
  const MultiView all{nullptr};
  MapTest() {
    fake_maps::window = 3;
    fake_maps::by_name = [](const std::string&, std::vector<Value> arguments) { return arguments.at(0); };
  }
  /// The columns that the last map sent.
  static std::string sent(std::size_t column) { return fake_maps::last->columns.at(column).repr(); }
  static Kind kind(std::size_t column) { return fake_maps::last->columns.at(column).kind(); }
};

TEST_F(MapTest, GivesAResultForEachItemInTheirOrder) {
  EXPECT_THAT(lv.map_sync(square, std::views::iota(0, 5)), ElementsAre(0, 1, 4, 9, 16));
  EXPECT_THAT(all.map_sync(half, std::list<int>{1, 2, 3, 4}), ElementsAre(0.5, 1, 1.5, 2));
  EXPECT_THAT(lv.map_sync(half, {1, 2}), ElementsAre(0.5, 1));
  const int array[] = {3, 4};
  EXPECT_THAT(lv.map_sync([k = 10](int x) { return k * x; }, array), ElementsAre(30, 40));
  EXPECT_THAT(lv.map_sync(capture(1, add), array), ElementsAre(4, 5)) << "what is captured comes first";
  EXPECT_THAT(lv.map_sync(twice, std::vector<const char*>{"a", "b"}), ElementsAre("aa", "bb"));
  const std::vector<Point> points = lv.map_sync(mirrored, std::vector<Point>{{1, 2}, {3, 4}});
  EXPECT_EQ(points.at(1).x, 4);
}

TEST_F(MapTest, OfNothingIsNothing) {
  EXPECT_TRUE(lv.map_sync(square, std::vector<int>()).empty());
  EXPECT_TRUE(lv.map_sync("f", std::vector<std::string>()).empty());
}

TEST_F(MapTest, OfSeveralRangesEndsWithTheShortest) {
  EXPECT_THAT(lv.map_sync(add, std::vector{1, 2, 3}, std::views::iota(10)), ElementsAre(11, 13, 15));
  EXPECT_THAT(lv.map_sync(add, std::views::iota(10), std::vector{1, 2}), ElementsAre(11, 13));
  std::istringstream words("1 2 3 4");
  EXPECT_THAT(lv.map_sync(add, std::views::iota(0, 2), std::views::istream<double>(words)), ElementsAre(1, 3));
  double next = 0;
  words >> next;
  EXPECT_EQ(next, 3) << "no more is read than is needed";
}

TEST_F(MapTest, SendsNumbersAsAnArrayAndOthersAsAList) {
  lv.map_sync(half, std::vector{1, 2});
  EXPECT_EQ(fake_maps::last->columns.at(0).as_array().describe(), "f64 array of shape (2,)")
      << "they are converted as the parameter wants them";
  lv.map_sync(single, std::vector{0.5});
  EXPECT_EQ(fake_maps::last->columns.at(0).as_array().dtype(), DType::f32);
  EXPECT_THAT(lv.map_sync(negated, std::vector{true, false}), ElementsAre(false, true));
  EXPECT_EQ(fake_maps::last->columns.at(0).as_array().dtype(), DType::boolean);
  lv.map_sync(twice, std::vector<std::string>{"a"});
  EXPECT_EQ(sent(0), "['a']");
}

TEST_F(MapTest, ByNameSendsTheItemsAsTheyAre) {
  EXPECT_THAT(lv.map_sync<int>("f", std::vector{1, 2}, std::vector<std::string>{"a", "b"}), ElementsAre(1, 2));
  EXPECT_EQ(kind(0), Kind::array);
  EXPECT_EQ(sent(1), "['a', 'b']");
  lv.map_sync("f", std::vector{true, false});
  EXPECT_EQ(fake_maps::last->columns.at(0).as_array().dtype(), DType::boolean);
  lv.map_sync("f", std::string("ab"));
  EXPECT_EQ(sent(0), "['a', 'b']") << "char is text";
  const std::vector<Value> values = lv.map_sync("f", std::vector<Value>{1, "x"});
  EXPECT_EQ(values.at(1).as_string(), "x");
}

TEST_F(MapTest, TakesTheRowsAndColumnsOfAMatrix) {
  Eigen::MatrixXd A(2, 2);
  A << 3, 4, 6, 8;
  EXPECT_THAT(lv.map_sync(norm, A.rowwise()), ElementsAre(5, 10));
  EXPECT_THAT(lv.map_sync(norm, std::as_const(A).colwise()), ElementsAre(std::sqrt(45), std::sqrt(80)));
  lv.map_sync("linalg.norm", A.rowwise());
  EXPECT_EQ(fake_maps::last->columns.at(0).at(1).as_array().describe(), "f64 array of shape (2,)");
}

TEST_F(MapTest, AnItemThatDoesNotFitItsParameterIsNamed) {
  try {
    lv.map_sync(square, std::vector<std::int64_t>{1, std::int64_t{1} << 40});
    FAIL();
  } catch (const OverflowError& error) {
    EXPECT_STREQ(error.what(), "item 1: the argument 1099511627776 does not fit into int");
  }
}

TEST_F(MapTest, AnItemThatFailsFailsAlone) {
  const AsyncMapResult<int> map = lv.map_async(odd, std::views::iota(1, 5));
  std::string ended;
  for (const ValueOrError<int>& one : map.get_each()) ended += one ? std::to_string(one.get()) : "-";
  EXPECT_EQ(ended, "1-3-");
  try {
    map.get();
    FAIL();
  } catch (const CompositeError& error) {
    EXPECT_EQ(error.errors().size(), 2U);
  }
  auto item = map.begin();
  EXPECT_EQ(*item, 1);
  EXPECT_THROW(*++item, std::domain_error);
  EXPECT_EQ(*++item, 3) << "the error is that of its item only";
}

TEST_F(MapTest, ResultsAreDecodedAsTheyAreAlone) {
  fake_maps::by_name = [](const std::string&, std::vector<Value>) { return Value(1e300); };
  EXPECT_THROW(lv.map_sync<float>("f", std::vector{1, 2}), OverflowError);
  EXPECT_THROW(lv.map_sync<int>("f", std::vector{1, 2}), TypeError);
  fake_maps::by_name = [](const std::string&, std::vector<Value> arguments) {
    return Value(arguments[0].as_integer() == 4 ? std::numeric_limits<double>::infinity() : 0.5);
  };
  EXPECT_THAT(lv.map_sync<float>("f", std::views::iota(0, 5)),
              ElementsAre(0.5F, 0.5F, 0.5F, 0.5F, std::numeric_limits<float>::infinity()));
  fake_maps::by_name = [](const std::string&, std::vector<Value> arguments) {
    return arguments[0].as_integer() == 1 ? Value("text") : Value(0.5);
  };
  try {
    lv.map_sync<double>("f", std::views::iota(0, 5));
    FAIL();
  } catch (const TypeError& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("result of task: expected float, got str 'text'"));
  }
}

TEST_F(MapTest, AsCompletedTellsNumberEngineAndResult) {
  std::string told;
  for (const auto& done : lv.map_async(square, std::views::iota(0, 3)).as_completed())
    told +=
        std::to_string(done.index()) + ":" + std::to_string(done.engine_id()) + ":" + std::to_string(done.get()) + " ";
  EXPECT_EQ(told, "2:0:4 1:1:1 0:0:0 ");
}

TEST_F(MapTest, OfAFunctionWithoutResultHasNone) {
  const AsyncMapResult<void> map = lv.map_async(nothing, std::views::iota(0, 3));
  static_assert(std::is_void_v<decltype(map.get())>);
  map.get();
  EXPECT_EQ(map.get_each().size(), 3U);
  EXPECT_EQ(std::ranges::distance(map.as_completed()), 3);
}

TEST_F(MapTest, BindKeepsTheFunctionAndTheView) {
  const auto halved = lv.bind(half);
  EXPECT_THAT(halved.map(std::vector{1, 2}), ElementsAre(0.5, 1));
  EXPECT_THAT(all.bind<int>("f").map(std::vector{1, 2}), ElementsAre(1, 2));
}

TEST_F(MapTest, ImapReadsOnlyWhatIsWanted) {
  std::vector<int> read;
  const auto items = std::views::iota(0) | std::views::transform([&](int x) { return read.push_back(x), x; });
  std::vector<int> squares;
  for (const int x : lv.imap(square, items) | std::views::take(4)) squares.push_back(x);
  EXPECT_THAT(squares, ElementsAre(0, 1, 4, 9));
  EXPECT_EQ(read.size(), 6U) << "two times the window of 3";
  EXPECT_TRUE(fake_maps::last->open && fake_maps::last->abandoned && !fake_maps::last->closed);
}

TEST_F(MapTest, ImapEndsWithItsRange) {
  for (const std::size_t window : {0U, 1U, 2U, 5U, 6U}) {
    fake_maps::window = window;
    std::vector<double> halves;
    for (const double x : lv.imap(half, std::vector<double>{1, 2, 3, 4, 5})) halves.push_back(x);
    EXPECT_THAT(halves, ElementsAre(0.5, 1, 1.5, 2, 2.5));
    EXPECT_TRUE(fake_maps::last->closed && !fake_maps::last->abandoned);
  }
  EXPECT_EQ(std::ranges::distance(lv.imap(half, std::vector<double>())), 0);
}

TEST_F(MapTest, ImapThrowsWhatItsRangeThrowsAndEndsThere) {
  const auto items = std::views::iota(0) | std::views::transform([](int x) {
                       if (x == 5) throw std::runtime_error("no more");
                       return x;
                     });
  auto results = lv.imap(square, items);
  auto at = results.begin();
  for (int i = 0; i < 2; ++i) ++at;
  EXPECT_EQ(*at, 4);
  EXPECT_THROW((++at, at == std::default_sentinel), std::runtime_error);
  EXPECT_TRUE(at == std::default_sentinel && fake_maps::last->closed);
}

TEST_F(MapTest, ReduceOfAnEmptyRangeIsAValueError) {
  EXPECT_THROW(lv.map_reduce(square, std::vector<int>(), std::plus<int>()), ValueError);
}

TEST_F(MapTest, ReduceTakesSeveralRangesAndThenTheOperation) {
  EXPECT_EQ(lv.map_reduce(square, std::views::iota(1, 101), std::plus<int>()), 338350);
  EXPECT_EQ(lv.map_reduce(add, std::vector{1, 2}, std::vector{3, 4}, std::multiplies<double>()), 24);
  EXPECT_THROW(lv.map_reduce(odd, std::views::iota(1, 4), std::plus<int>()), CompositeError);
  EXPECT_THROW(lv.map_reduce(square, std::views::iota(1, 4), [](int, int) -> int { throw std::runtime_error("op"); }),
               std::runtime_error);
  EXPECT_TRUE(fake_maps::last->aborted);
}

// What standard algorithms and views ask of the ranges.
static_assert(std::ranges::input_range<AsyncMapResult<double>>);
static_assert(std::ranges::common_range<const AsyncMapResult<double>>);
static_assert(std::ranges::input_range<CompletedItems<void>>);
static_assert(std::ranges::input_range<LazyResults<std::string>> && std::ranges::view<LazyResults<std::string>>);
static_assert(!std::copyable<LazyResults<int>> && std::movable<LazyResults<int>>);
static_assert(std::convertible_to<AsyncMapResult<int>, std::vector<int>>);
static_assert(!std::convertible_to<AsyncMapResult<int>, std::vector<long>>);
static_assert(detail::InputRange<const int (&)[3]> && detail::InputRange<std::vector<bool>> &&
              detail::InputRange<Eigen::VectorwiseOp<Eigen::MatrixXd, Eigen::Horizontal>> && !detail::InputRange<int>);
static_assert(!detail::kEnds<decltype(std::views::iota(0))> && detail::kEnds<decltype(std::views::iota(0, 1))>);

}  // namespace
}  // namespace enginery
