// tests/process/wide_builds_test.cpp: code built with AVX2 and code built without, on one engine.
//
// -mavx2 makes Eigen align to 32 bytes and take memory from an allocator of its own. Values travel in enginery's own
// memory, so calls mix freely; an object that owns memory of the one build must not come to the other.
#include <array>

#include "tests/process/cluster_fixture.hpp"
#include "tests/process/launcher_fixture.hpp"

namespace enginery {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// One of the two builds: its plugin, and the program that has the same functions.
struct Build {
  const char* name;
  const char* plugin;
  const char* program;
  std::int64_t alignment;

  friend void PrintTo(const Build& build, std::ostream* out) { *out << build.name; }
};
constexpr Build kPlain{"Plain", "factors_plain", FACTORS_PROGRAM_PLAIN, 16};
constexpr Build kWide{"Avx2", "factors_avx2", FACTORS_PROGRAM_AVX2, 32};
using Order = std::array<Build, 2>;

class WideBuildsTest : public ClusterTest, public testing::WithParamInterface<Order> {
 protected:
  void SetUp() override {
    if (!__builtin_cpu_supports("avx2")) GTEST_SKIP() << "this processor has no AVX2, so the build with it cannot run";
    ClusterTest::SetUp();
    start_engines(1, "");
  }
  /// What the build's program prints.
  static std::string run_program(const Build& build, const std::string& verb) {
    testing_processes::Command command({verb}, -1, build.program);
    const std::string text = command.text();
    EXPECT_LT(command.finish(), 2) << text;
    return text;
  }
  template <class R = Value, class... A>
  R call(const Build& build, const std::string& task, const A&... arguments) {
    return on(0).apply_sync<R>(std::string(build.plugin) + '.' + task, arguments...);
  }
  void expect_right_answers(const Build& build) {
    SCOPED_TRACE(build.name);
    EXPECT_EQ(call<std::int64_t>(build, "alignment"), build.alignment);
    EXPECT_EQ(call<Eigen::MatrixXd>(build, "scaled", A_, 2), 2 * A_);
    EXPECT_EQ(call<double>(build, "sum", x_), 6);
    EXPECT_EQ(call<Eigen::VectorXd>(build, "product", A_, x_), A_ * x_);
    on(0)["A"] = A_;
    on(0)["x"] = x_;
    call(build, "negate", Reference("A"));
    EXPECT_EQ(call<Eigen::VectorXd>(build, "product", Reference("A"), Reference("x")), -(A_ * x_));
    EXPECT_EQ(on(0).get<Eigen::MatrixXd>("A"), -A_);
  }
  static auto says_that_it_is_of(const Build& held, const Build& wanted) {
    const auto widest = [](const Build& build) { return "widest alignment " + std::to_string(build.alignment); };
    return AllOf(HasSubstr("TypeError: "), HasSubstr("another type of that name"), HasSubstr("(expected "),
                 HasSubstr(widest(wanted) + ", traits"), HasSubstr("; got "), HasSubstr(widest(held) + ", traits"),
                 HasSubstr("same compiler flags (-mavx"));
  }

  const Build first_ = GetParam()[0], second_ = GetParam()[1];
  const Eigen::MatrixXd A_{{2, 1, 0}, {0, 3, 1}, {1, 0, 5}};
  const Eigen::VectorXd x_{{1, 2, 3}};
};

TEST_P(WideBuildsTest, PluginsOfBothAnswerRightly) {
  on(0).sync_imports({first_.plugin});
  expect_right_answers(first_);
  on(0).sync_imports({second_.plugin});
  expect_right_answers(second_);
  expect_right_answers(first_);
}

TEST_P(WideBuildsTest, ProgramsOfBothAnswerRightly) {
  for (const Build& build : {first_, second_, first_})
    EXPECT_EQ(run_program(build, "call"), std::to_string(build.alignment) + " right\n");
}

TEST_P(WideBuildsTest, APluginOfTheOneAndAProgramOfTheOtherAnswerRightly) {
  on(0).sync_imports({first_.plugin});
  expect_right_answers(first_);
  EXPECT_EQ(run_program(second_, "call"), std::to_string(second_.alignment) + " right\n");
  expect_right_answers(first_);
}

TEST_P(WideBuildsTest, AnObjectThatOwnsMemoryOfTheOneIsRefusedByTheOtherWithTheReason) {
  on(0).sync_imports({first_.plugin, second_.plugin});
  call(first_, "factorise", "factors", A_);
  const Eigen::VectorXd b = A_ * x_;
  EXPECT_THAT(error_of([&] { call(second_, "solve", Reference("factors"), b); }), says_that_it_is_of(first_, second_));
  EXPECT_THAT(run_program(second_, "solve"), says_that_it_is_of(first_, second_));
  EXPECT_EQ(run_program(first_, "solve"), "right\n");  // of its own flags, though not of its module
  EXPECT_TRUE(call<Eigen::VectorXd>(first_, "solve", Reference("factors"), b).isApprox(x_));

  EXPECT_EQ(run_program(second_, "factorise"), "");
  EXPECT_THAT(error_of([&] { call(first_, "solve", Reference("factors"), b); }), says_that_it_is_of(second_, first_));
  EXPECT_TRUE(call<Eigen::VectorXd>(second_, "solve", Reference("factors"), b).isApprox(x_));
}

TEST_P(WideBuildsTest, AnObjectThatOwnsNothingIsTheSameForBoth) {
  on(0).sync_imports({first_.plugin, second_.plugin});
  call(first_, "make_tally", "tally");
  EXPECT_EQ(call<std::int64_t>(second_, "increase", Reference("tally"), 2), 2);
  EXPECT_EQ(call<std::int64_t>(first_, "increase", Reference("tally"), 3), 5);
}

INSTANTIATE_TEST_SUITE_P(OrdersOfLoading, WideBuildsTest, testing::Values(Order{kPlain, kWide}, Order{kWide, kPlain}),
                         [](const auto& order) { return order.param[0].name + std::string("First"); });

}  // namespace
}  // namespace enginery
