// tests/process/staying_test.cpp: results that stay on their engines, and are passed on by Reference.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <map>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <Eigen/LU>

#include "tests/process/cluster_fixture.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Factorised = Eigen::PartialPivLU<Eigen::MatrixXd>;

Factorised factorise(const Eigen::MatrixXd& A) {
  if (A.isZero()) throw ValueError("A is singular");
  return Factorised(A);
}
Eigen::VectorXd solve(const Factorised& A, const Eigen::VectorXd& b) { return A.solve(b); }

/// Counted where it lives; what is copied or moved counts too.
struct Counted {
  static inline int alive = 0;
  int value;
  std::vector<int> owned;
  explicit Counted(int value_) : value(value_) { ++alive; }
  Counted(const Counted& other) : value(other.value) { ++alive; }
  ~Counted() { --alive; }
};
Counted make_counted(int value) { return Counted(value); }
int alive() { return Counted::alive; }
int value_of(const Counted& counted) { return counted.value; }
void add_to(Counted& counted, int by) { counted.value += by; }

std::vector<double> numbers(int n) {
  std::vector<double> all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), 0.0);
  return all;
}
double sum(const std::vector<double>& all) { return std::accumulate(all.begin(), all.end(), 0.0); }
int engine_pid() { return ::getpid(); }
/// Until a file is there.
Counted make_later(const std::string& file) {
  while (::access(file.c_str(), F_OK) != 0) std::this_thread::sleep_for(1ms);
  return Counted(7);
}

class StayingTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    start_engines(2, "--load testing,linalg");
  }
  /// Drops are done soon.
  bool comes_to_be_alive(int count) {
    for (int i = 0; i < 5000; ++i) {
      if (on(0).apply_sync(alive) == count) return true;
      std::this_thread::sleep_for(1ms);
    }
    return false;
  }
  const Eigen::MatrixXd A_ = Eigen::Matrix2d{{2, 1}, {1, 3}};
};

TEST_F(StayingTest, AResultWithoutACodecStaysAndIsPassedByReference) {
  const DirectView e0 = on(0);
  const TypedReference<Factorised> lu = e0.apply(factorise, A_).store_as("lu");
  EXPECT_EQ(lu.path(), "lu");
  const Eigen::VectorXd x = e0.apply_sync(solve, lu, Eigen::VectorXd(Eigen::Vector2d(3, 5)));
  EXPECT_LT((A_ * x - Eigen::Vector2d(3, 5)).norm(), 1e-12);
  EXPECT_EQ(e0.apply_sync(solve, Reference("lu"), Eigen::VectorXd(Eigen::Vector2d(3, 5))), x);
  EXPECT_THAT(error_of([&] { e0.pull("lu").get(); }), HasSubstr("cannot leave its process"));
}

TEST_F(StayingTest, AnObjectThatStaysIsTheVeryOneThatCallsChange) {
  const DirectView e0 = on(0);
  const auto counted = e0.apply(make_counted, 1).store_as("counted");
  e0.apply_sync(add_to, counted, 2);
  e0.execute("same = counted").get();
  e0.apply_sync(add_to, TypedReference<Counted>("same"), 4);
  EXPECT_EQ(e0.apply_sync(value_of, counted), 7);
}

TEST_F(StayingTest, WithoutANameItIsNoVariableAndGoesWithItsLastHandle) {
  const DirectView e0 = on(0);
  const std::vector<std::string> before = e0.keys();
  {
    const StayingResult<Counted> result = e0.apply(make_counted, 5);
    { const StayingResult<Counted> copy = result; }
    EXPECT_EQ(e0.apply_sync(value_of, result.reference()), 5);
    EXPECT_EQ(e0.apply_sync(value_of, result), 5);
    EXPECT_EQ(e0.apply_sync(value_of, e0.apply(make_counted, 6)), 6);
    EXPECT_THAT(error_of([&] { result.store_as("no name"); }), StartsWith("'no name' is not a path"));
    EXPECT_EQ(e0.apply_sync(alive), 1);
    EXPECT_EQ(e0.keys(), before);
  }
  EXPECT_TRUE(comes_to_be_alive(0));
}

TEST_F(StayingTest, WithANameItOutlivesItsHandleUntilTheNameGoes) {
  const DirectView e0 = on(0);
  const auto counted = e0.apply(make_counted, 5).store_as("counted");
  e0.apply_sync(make_counted, 6);  // which is dropped behind the first
  EXPECT_TRUE(comes_to_be_alive(1));
  EXPECT_EQ(e0.apply_sync(value_of, counted), 5);
  e0.erase("counted");
  EXPECT_EQ(e0.apply_sync(alive), 0);
}

TEST_F(StayingTest, WhatAClientLeavesBehindGoesWithIt) {
  std::optional<StayingResult<Counted>> kept;
  {
    const Client other;
    kept = other[0].apply_sync(make_counted, 1);
    other[0].apply(make_counted, 2).store_as("of_the_namespace");
    EXPECT_EQ(other[0].apply_sync(alive), 2);
  }
  EXPECT_TRUE(comes_to_be_alive(1));
  EXPECT_THAT(error_of([&] { kept->store_as("late"); }),
              HasSubstr("make_counted' was destroyed; keep it as long as you use its results"));
  EXPECT_THAT(error_of([&] { on(0).apply_sync(value_of, kept->reference()); }),
              StartsWith("NameError: the result that was to be used is not on this engine: "));
}

TEST_F(StayingTest, StoringDoesNotWaitAndWhatFollowsFindsIt) {
  const DirectView e0 = on(0);
  const std::string file = folder_ / "now";
  const auto result = e0.apply_async(make_later, file);
  const auto stored = result.store_as("stored");
  const AsyncResult<int> value = e0.apply_async(value_of, stored);
  EXPECT_FALSE(result.ready());
  std::ofstream(file) << "";
  EXPECT_EQ(value.get(), 7);
  EXPECT_TRUE(result.successful());
}

TEST_F(StayingTest, WhoUsesANameWhoseCallFailedIsToldHow) {
  const DirectView e0 = on(0);
  const auto lu = e0.apply(factorise, Eigen::MatrixXd(Eigen::Matrix2d::Zero())).store_as("lu");
  const Eigen::VectorXd b = Eigen::Vector2d(3, 5);
  EXPECT_EQ(error_of([&] { e0.apply_sync(solve, lu, b); }),
            "NameError: name 'lu' is not defined: the call that was to leave its result here failed with ValueError: A "
            "is singular");
  EXPECT_THAT(error_of([&] { e0.pull("lu").get(); }), HasSubstr("failed with ValueError: A is singular"));
  e0.apply(factorise, A_).store_as("lu");
  EXPECT_EQ(e0.apply_sync(solve, lu, b).size(), 2);
  e0.apply(factorise, Eigen::MatrixXd(Eigen::Matrix2d::Zero())).store_as("lu");
  EXPECT_THAT(error_of([&] { e0.apply_sync(solve, lu, b); }), HasSubstr("A is singular")) << "not the former one";
  e0["d"] = std::map<std::string, int>{{"lu", 1}};
  e0.apply(factorise, Eigen::MatrixXd(Eigen::Matrix2d::Zero())).store_as("d['lu']");
  EXPECT_THAT(error_of([&] { e0.pull("d['lu']").get(); }), HasSubstr("A is singular"));
  e0["lu"] = 1;
  e0.erase("lu");
  EXPECT_THAT(error_of([&] { e0.apply_sync(solve, lu, b); }), Not(HasSubstr("singular")));
  EXPECT_EQ(error_of([&] { e0.apply_sync(factorise, Eigen::MatrixXd(Eigen::Matrix2d::Zero())); }),
            "ValueError: A is singular");
}

TEST_F(StayingTest, StaysKeepsWhatCouldTravel) {
  const DirectView e0 = on(0);
  const auto result = e0.apply(stays(numbers), 1000);
  result.get();
  EXPECT_TRUE(result.tasks().front().value().is_none()) << "nothing has travelled";
  const TypedReference<std::vector<double>> stored = result.store_as("numbers");
  EXPECT_EQ(e0.apply_sync(sum, stored), 499500);
  e0.execute("total = sum(numbers)").get();
  EXPECT_EQ(e0.get<double>("total"), 499500);
  EXPECT_EQ(e0.pull<std::vector<double>>("numbers").size(), 1000u);
  const int k = 3;
  EXPECT_EQ(e0.apply_sync(sum, e0.apply(stays([k](int n) { return std::vector<double>(k, n); }), 5).store_as("c")), 15);
}

TEST_F(StayingTest, ResultsOfCallsByNameStayToo) {
  const DirectView e0 = on(0);
  const Reference inverse = e0.apply(stays("linalg.inv"), A_).store_as("inverse");
  EXPECT_LT((A_ * e0.apply_sync<Eigen::MatrixXd>("linalg.inv", inverse).inverse() - Eigen::Matrix2d::Identity()).norm(),
            1e-12);
  e0.sync_imports({"norms"});
  using Norms = std::map<double, double>;
  constexpr fn<Norms(const Eigen::VectorXd&, std::vector<double>)> get_norms{"norms.get_norms"};
  const auto typed = e0.apply(stays(get_norms), Eigen::VectorXd(Eigen::Vector2d(3, 4))).store_as("norms_of_x");
  static_assert(std::is_same_v<decltype(typed), const TypedReference<Norms>>);
  EXPECT_EQ(e0.apply_sync([](const Norms& norms) { return norms.at(2); }, typed), 5);
}

TEST_F(StayingTest, EachEngineOfAViewKeepsItsOwn) {
  const MultiView all = rc().all();
  const auto pids = all.apply(stays(engine_pid)).store_as("pid");
  const auto twice = all.apply_sync([](int pid) { return 2 * pid; }, pids);
  EXPECT_THAT(twice, ElementsAre(2 * on(0).apply_sync(engine_pid), 2 * on(1).apply_sync(engine_pid)));
  const auto counted = all.apply(make_counted, 4);
  EXPECT_THAT(all.apply_sync(value_of, counted.reference()), ElementsAre(4, 4));
}

TEST_F(StayingTest, AResultThatHasTravelledIsStoredByTheClient) {
  const DirectView e0 = on(0);
  const TypedReference<std::vector<double>> stored = e0.apply(numbers, 4).store_as("numbers");
  EXPECT_EQ(e0.apply_sync(sum, stored), 6);
  const auto pids = rc().all().apply(engine_pid).store_as("pid");
  EXPECT_THAT(rc().all().apply_sync([](int pid) { return pid == ::getpid(); }, pids), ElementsAre(true, true));
  const Reference norm = e0.apply("linalg.norm", std::vector<double>{3, 4}).store_as("norm");
  EXPECT_EQ(e0.apply_sync([](double x) { return x; }, norm), 5);
  EXPECT_THAT(error_of([&] { e0.apply(numbers, 4).store_as("no name"); }), StartsWith("SyntaxError: 'no name'"));
}

TEST_F(StayingTest, ThisProcessKeepsResultsAsAnEngineDoes) {
  const DirectView here = local();
  const int before = Counted::alive;
  {
    const auto result = here.apply(make_counted, 3);
    EXPECT_EQ(here.apply_sync(value_of, result.reference()), 3);
    EXPECT_EQ(Counted::alive, before + 1);
  }
  EXPECT_EQ(Counted::alive, before);
  EXPECT_EQ(here.apply_sync(value_of, here.apply(make_counted, 4).store_as("kept_here")), 4);
  here.erase("kept_here");
}

TEST_F(StayingTest, ADeadEnginesResultsSaySo) {
  const DirectView e0 = on(0);
  const auto result = e0.apply(make_counted, 1);
  result.get();
  EXPECT_THROW(e0.apply_sync([] { ::raise(SIGKILL); }), EngineDied);
  EXPECT_THROW(e0.apply_sync(value_of, result.store_as("gone")), EngineDied);
}

}  // namespace
}  // namespace enginery
