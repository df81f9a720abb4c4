// tests/process/leftovers_test.cpp: what a task leaves behind on its engine, and what is put back.
#include <signal.h>

#include <limits>

#include "tests/process/cluster_fixture.hpp"

namespace enginery {
namespace {

using testing::HasSubstr;
using testing::Not;

class LeftoversTest : public ClusterTest {
 protected:
  void start(const std::string& more = "") { start_engines(1, "--load testing,system,rude" + more); }
};

TEST_F(LeftoversTest, StreamsOfATaskThatLostItsBuffersAreThoseOfTheNext) {
  start();
  on(0).apply_sync("rude.lose_streams");
  const auto result = on(0).apply_async("testing.print", "still here\n", "cout");
  result.get();
  EXPECT_EQ(result.out(), "still here\n");
  const auto wrong = on(0).apply_async("testing.print", "still here\n", "cerr");
  wrong.get();
  EXPECT_EQ(wrong.err(), "still here\n");
}

TEST_F(LeftoversTest, CodeThatFlushesSubnormalsDoesSoForNobodyElse) {
  start();
  volatile double smallest = std::numeric_limits<double>::min();
  on(0).execute("import fast_math; fast_math.round_upwards()").get();
  EXPECT_TRUE(on(0).apply_sync<bool>("fast_math.keeps_subnormals"));
  EXPECT_NE(smallest / 2, 0);
  on(0).sync_imports({"fast_math"});
  EXPECT_NE(smallest / 2, 0) << "in the client";
  local().apply_sync("fast_math.round_upwards");
  EXPECT_TRUE(local().apply_sync<bool>("fast_math.keeps_subnormals"));
  volatile double one = 1;
  EXPECT_EQ(one + std::numeric_limits<double>::min(), 1) << "rounded upwards it would be more";
}

TEST_F(LeftoversTest, ATaskThatIgnoresTheEndsOfChildrenSpoilsNoImport) {
  start();
  on(0).apply_sync("rude.ignore_ends_of_children");
  on(0).execute("import norms").get();
  on(0).execute("rude.ignore_ends_of_children(); import boxes").get();  // not even its own
  EXPECT_EQ(on(0).apply_sync<int>("rude.signal_that_ends_a_child", SIGTERM), SIGTERM);
}

TEST_F(LeftoversTest, ChildrenOfTasksOnAnEngineThatJoinedDieOfTheSignalsThatEndIt) {
  start_engines(0);
  ASSERT_EQ(std::system((ENGINERY_COMMAND " engine --name " + name_ + " --load rude >/dev/null 2>&1 &").c_str()), 0);
  rc().wait_for_engines(1, Seconds(20));
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    on(0).apply_sync("rude.ignore", signal);
    EXPECT_EQ(on(0).apply_sync<int>("rude.signal_that_ends_a_child", signal), signal);
  }
}

TEST_F(LeftoversTest, TheLastWordsOfATaskThatSaidNothingAreNotAnothers) {
  start();
  on(0).apply_sync("testing.print", "words of a task that lived\n", "cerr");
  const EngineDied death = death_of(on(0).apply_async("testing.crash", "abort"));
  EXPECT_THAT(death.what(), Not(HasSubstr("lived")));
  EXPECT_EQ(death.last_words(), "");
}

}  // namespace
}  // namespace enginery
