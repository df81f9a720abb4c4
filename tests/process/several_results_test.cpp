// tests/process/several_results_test.cpp: waits for several results, and results of several engines by engine.
#include <future>
#include <map>

#include "tests/process/cluster_fixture.hpp"

namespace enginery {
namespace {

using testing::ElementsAre;

TEST_F(ClusterTest, SeveralResultsComeInTheOrderInWhichTheyBecomeReady) {
  start_engines(3);
  const std::vector results{on(0).apply_async<void>("system.sleep", 0.6), on(1).apply_async<void>("system.sleep", 0.3),
                            on(2).apply_async<void>("system.sleep", 0.0)};
  std::vector<int> engines;
  for (const AsyncResult<void>& result : as_completed(results)) {
    EXPECT_TRUE(result.ready());
    engines.push_back(result.metadata().engine_id);
  }
  EXPECT_THAT(engines, ElementsAre(2, 1, 0));
  EXPECT_EQ(wait(results).done.size(), 3U) << "also when all are ready already";
}

TEST_F(ClusterTest, AWaitForTheFirstResultLeavesTheOthers) {
  start_engines(2);
  const std::vector results{on(0).apply_async<void>("system.sleep", 20.0),
                            on(1).apply_async<void>("system.sleep", 0.0)};
  const auto [done, not_done] = wait(results, WaitFor::first_completed);
  EXPECT_EQ(done.at(0).metadata().engine_id, 1);
  EXPECT_EQ(not_done.at(0).metadata().engine_id, 0);
  EXPECT_EQ(wait(results, WaitFor::all, Seconds(0.1)).not_done.size(), 1U) << "the time is over";
  EXPECT_EQ(wait(results, WaitFor::first_exception, Seconds(0)).done.size(), 1U) << "none has failed";
}

TEST_F(ClusterTest, AWaitForTheFirstExceptionEndsWithIt) {
  start_engines(2);
  const std::vector<AsyncTasks> results{on(0).apply_async<void>("system.sleep", 20.0),
                                        on(1).apply_async("testing.nothing"),
                                        on(1).apply_async("testing.raise", "value")};
  const auto [done, not_done] = wait(results, WaitFor::first_exception);
  EXPECT_EQ(done.size(), 2U);
  EXPECT_EQ(not_done.size(), 1U);
}

TEST_F(ClusterTest, AContinuationMayWaitForSeveralResults) {
  start_engines(2);
  std::promise<std::size_t> waited;
  on(0).apply_async("testing.nothing").then([&](const auto&) {
    waited.set_value(wait(std::vector{on(0).apply_async("testing.nothing"), on(1).apply_async("testing.nothing")},
                          WaitFor::first_completed)
                         .done.size());
  });
  EXPECT_GE(waited.get_future().get(), 1U);
}

TEST_F(ClusterTest, ResultsOfSeveralEnginesAreGivenByEngine) {
  start_engines(3);
  const std::map<int, std::int64_t> pids = rc()[{2, 0}].apply_async<std::int64_t>("system.getpid").get_dict();
  EXPECT_EQ(pids.size(), 2U);
  EXPECT_EQ(pids.at(2), pid(2));
}

TEST_F(ClusterTest, AClientIsARangeOfItsEngines) {
  start_engines(2);
  std::vector<int> ids;
  for (const DirectView& view : rc()) ids.push_back(view.id());
  EXPECT_THAT(ids, ElementsAre(0, 1));
  EXPECT_EQ(rc().all().size(), 2U);
}

TEST_F(ClusterTest, ABoundFunctionIsCalledOnItsView) {
  start_engines(2);
  const auto get_pid = rc().all().bind<std::int64_t>("system.getpid");
  EXPECT_EQ(get_pid(), (std::vector{pid(0), pid(1)}));
  EXPECT_EQ(on(1).bind<std::int64_t>("testing.add")(1, 2), 3);
}

}  // namespace
}  // namespace enginery
