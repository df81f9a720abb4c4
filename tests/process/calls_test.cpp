// tests/process/calls_test.cpp: calls of plugins' functions on engines.
#include <cmath>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include "tests/process/cluster_fixture.hpp"

namespace enginery {
namespace {

using namespace literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(ClusterTest, EveryEngineIsAProcessOfItsOwn) {
  start_engines(4);
  EXPECT_THAT(rc().ids(), ElementsAre(0, 1, 2, 3));
  const std::vector<std::int64_t> pids = rc().all().apply_sync<std::int64_t>("system.getpid");
  EXPECT_EQ(std::set<std::int64_t>(pids.begin(), pids.end()).size(), 4u);
  EXPECT_EQ(std::set<std::int64_t>(pids.begin(), pids.end()).count(::getpid()), 0u);
}

TEST_F(ClusterTest, ResultsOfSeveralEnginesComeInTargetOrder) {
  start_engines(3);
  const std::vector<std::int64_t> pids = rc().all().apply_sync<std::int64_t>("system.getpid");
  const std::vector<std::int64_t> pair = rc()[{2, 0}].apply_sync<std::int64_t>("system.getpid");
  EXPECT_THAT(pair, ElementsAre(pids[2], pids[0]));
  EXPECT_EQ(rc()[-1].id(), 2);
  EXPECT_THAT(rc()[{1}].apply_sync<std::int64_t>("testing.add", 1), ElementsAre(2));
}

TEST_F(ClusterTest, ArgumentsAreGivenByPositionByKeywordAndByDefault) {
  start_engines(1);
  const DirectView e0 = on(0);
  EXPECT_EQ(e0.apply_sync<std::int64_t>("testing.add", 40, 2), 42);
  EXPECT_EQ(e0.apply_sync<std::int64_t>("testing.add", "b"_a = 2, "a"_a = 40), 42);
  EXPECT_EQ(e0.apply_sync<std::int64_t>("testing.add", 41), 42);
  EXPECT_THAT(error_of([&] { e0.apply_sync("testing.add"); }),
              HasSubstr("missing 1 required positional argument: 'a'"));
  EXPECT_THAT(error_of([&] { e0.apply_sync("testing.add", 1, "c"_a = 2); }),
              HasSubstr("unexpected keyword argument 'c'"));
  EXPECT_THAT(error_of([&] { e0.apply_sync("testing.add", "one"); }), StartsWith("TypeError: "));
  EXPECT_EQ(e0.apply_sync<std::int64_t>("testing.add", 1), 2) << "the engine lives on";
}

TEST_F(ClusterTest, AnUnknownNameIsANameErrorThatSaysWhatToDo) {
  start_engines(1);
  EXPECT_THAT(error_of([&] { on(0).apply_sync("norms.get_norms", 1); }),
              testing::AllOf(StartsWith("NameError: name 'norms' is not defined"), HasSubstr("import")));
}

TEST_F(ClusterTest, ATypedResultOfAnEigenArrayComesBack) {
  start_engines(1, "--load norms,linalg");
  const Eigen::VectorXd x{{3, -4}};
  const std::map<double, double> norms = on(0).apply("norms.get_norms", x, "levels"_a = std::vector<double>{1, 2});
  EXPECT_EQ(norms, (std::map<double, double>{{1, 7}, {2, 5}}));
  EXPECT_EQ(on(0).apply_sync<double>("linalg.norm", x, 2), 5);
  const Eigen::MatrixXd A{{1, 5, 6}, {0, 2, 7}, {0, 0, 3}};  // triangular: its eigenvalues are its diagonal
  on(0)["A"] = A;
  const auto there = on(0).apply_sync<Eigen::VectorXcd>("linalg.eigvals", Reference("A"));
  EXPECT_LT((there - Eigen::VectorXcd(A.diagonal())).norm(), 1e-12);
}

TEST_F(ClusterTest, EveryKindOfExceptionComesBackWithItsNameAndThePlaceOfTheThrow) {
  start_engines(1);
  const auto raised = [&](const char* kind) {
    try {
      on(0).apply_sync("testing.raise", kind);
    } catch (const RemoteError& error) {
      EXPECT_EQ(error.engine_id(), 0);
      EXPECT_EQ(error.task(), "testing.raise");
      EXPECT_THAT(error.traceback(), HasSubstr("testing.so"));
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(raised("std"), "std::runtime_error: a std::runtime_error");
  EXPECT_EQ(raised("out_of_range"), "IndexError: beyond the end");
  EXPECT_EQ(raised("value"), "ValueError: a ValueError");
  EXPECT_EQ(raised("int"), "int: 42");
  EXPECT_EQ(raised("text"), "const char*: a text");
  EXPECT_THAT(raised("foreign"), HasSubstr("Foreign"));
  EXPECT_EQ(on(0).apply_sync<std::int64_t>("testing.add", 1), 2) << "the engine lives on";
}

TEST_F(ClusterTest, SeveralFailuresAreOneErrorThatHoldsEach) {
  start_engines(3);
  const AsyncResults<Value> results = rc().all().apply_async("testing.raise", "value");
  try {
    results.get();
    FAIL();
  } catch (const CompositeError& error) {
    ASSERT_EQ(error.failures().size(), 3u);
    EXPECT_EQ(error.failures()[2].engine_id, 2);
    EXPECT_EQ(error.failures()[2].text, "ValueError: a ValueError");
  }
  EXPECT_FALSE(results.successful());
}

TEST_F(ClusterTest, AResultThatIsNotThereInTimeIsATimeoutAndComesLater) {
  start_engines(1);
  const AsyncResult<double> nap = on(0).apply_async<double>("system.sleep", 0.3);
  EXPECT_FALSE(nap.ready());
  EXPECT_EQ(error_of([&] { nap.get(Seconds(0.02)); }), "Result not ready.");
  EXPECT_GE(nap.get(), 0.3);
  EXPECT_TRUE(nap.ready() && nap.successful());
  const Metadata metadata = nap.metadata();
  EXPECT_EQ(metadata.status, Status::ok);
  EXPECT_LE(metadata.submitted, metadata.received);
  EXPECT_LE(metadata.started, metadata.completed);
  EXPECT_GE(nap.wall_time(), nap.serial_time());
}

TEST_F(ClusterTest, TasksOfOneClientRunInTheOrderOfTheirSubmission) {
  start_engines(1);
  on(0)["log"] = Value::list();
  std::vector<AsyncResult<std::int64_t>> results;
  for (int i = 0; i < 2000; ++i)
    results.push_back(on(0).apply_async<std::int64_t>("testing.note", Reference("log"), 0, i));
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(results[static_cast<std::size_t>(i)].get(), 2 * i);
  const Value log = on(0)["log"];
  ASSERT_EQ(log.as_list().size(), 2000u);
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(log.as_list()[static_cast<std::size_t>(i)].as_tuple()[1].as_integer(), i);
}

TEST_F(ClusterTest, FiftyThousandTasksOfFourThreadsOverFourEnginesKeepTheirOrder) {
  start_engines(4);
  constexpr int kThreads = 4, kTasks = 12'500;
  rc().all().update({{"log", Value::list()}});
  std::vector<double> seconds(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      const auto start = std::chrono::steady_clock::now();
      std::vector<AsyncResult<std::int64_t>> results;
      results.reserve(kTasks);
      for (int i = 0; i < kTasks; ++i)
        results.push_back(on(i % 4).apply_async<std::int64_t>("testing.note", Reference("log"), t, i));
      for (int i = 0; i < kTasks; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)].get(), 2 * i);
      seconds[static_cast<std::size_t>(t)] =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    });
  for (std::thread& thread : threads) thread.join();
  std::size_t total = 0;
  for (const int id : rc().ids()) {
    const Value log = on(id)["log"];
    std::vector<std::int64_t> last(kThreads, -1);
    for (const Value& entry : log.as_list()) {
      const List& pair = entry.as_tuple();
      std::int64_t& before = last[static_cast<std::size_t>(pair[0].as_integer())];
      ASSERT_LT(before, pair[1].as_integer());
      before = pair[1].as_integer();
      ++total;
    }
  }
  EXPECT_EQ(total, static_cast<std::size_t>(kThreads * kTasks));
  const auto [fastest, slowest] = std::minmax_element(seconds.begin(), seconds.end());
  RecordProperty("slowest_over_fastest", std::to_string(*slowest / *fastest));
  std::cout << "threads took " << *fastest << " to " << *slowest << " s\n";
}

TEST_F(ClusterTest, WhileATaskSleepsEverythingElseAnswers) {
  start_engines(1);
  const AsyncResult<std::int64_t> earlier = on(0).apply_async<std::int64_t>("testing.add", 1);
  const AsyncResult<double> nap = on(0).apply_async<double>("system.sleep", 60);
  EXPECT_EQ(earlier.get(Seconds(1)), 2) << "an earlier result does not wait for a later task";
  const auto start = std::chrono::steady_clock::now();
  Client second;
  const AsyncResult<std::int64_t> queued = second[0].apply_async<std::int64_t>("testing.add", 2);
  EXPECT_EQ(second.ids().size(), 1u);
  EXPECT_EQ(run("status --json"), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_FALSE(queued.ready());
  nap.abort();
  EXPECT_LT(nap.get(Seconds(5)), 60) << "a task that looks is told to stop";
  EXPECT_EQ(queued.get(Seconds(5)), 3);
}

TEST_F(ClusterTest, AnAbortedTaskThatIsQueuedDoesNotRun) {
  start_engines(1);
  on(0)["log"] = Value::list();
  const auto nap = on(0).apply_async<double>("system.sleep", 60);
  const auto queued = on(0).apply_async<std::int64_t>("testing.note", Reference("log"), 0, 1);
  queued.abort();
  EXPECT_THAT(error_of([&] { queued.get(Seconds(5)); }), HasSubstr("aborted"));
  EXPECT_EQ(queued.metadata().status, Status::aborted);
  nap.abort();
  EXPECT_TRUE(nap.wait(Seconds(5))) << "stopped, or aborted if it had not even started";
  EXPECT_EQ(on(0).get("log").as_list().size(), 0u);
}

TEST_F(ClusterTest, AnEngineThatDiesFailsItsOwnCallsAndNoOthers) {
  start_engines(2);
  const auto other = on(1).apply_async<double>("system.sleep", 0.3);
  const auto doomed = on(0).apply_async("testing.crash", "abort");
  const auto behind = on(0).apply_async<std::int64_t>("testing.add", 1);
  EXPECT_THAT(error_of([&] { doomed.get(Seconds(5)); }),
              testing::AllOf(HasSubstr("engine 0 died"), HasSubstr("signal 6")));
  EXPECT_THAT(error_of([&] { behind.get(Seconds(5)); }), HasSubstr("engine 0 died"));
  EXPECT_GE(other.get(Seconds(5)), 0.3);
  EXPECT_THAT(rc().ids(), ElementsAre(1));
  EXPECT_THAT(error_of([&] { on(7); }), HasSubstr("there is no engine 7"));
}

TEST_F(ClusterTest, ABadPluginIsRefusedAndTheEngineStaysTheSame) {
  start_engines(1);
  const std::int64_t before = pid(0);
  setenv("ENGINERY_PLUGIN_PATH", FIXTURE_PLUGINS "/bad", 1);
  // The engine searches its own path; a path names the file itself.
  for (const auto& file : std::filesystem::directory_iterator(FIXTURE_PLUGINS "/bad")) {
    if (file.path().extension() != ".so") continue;
    const std::string what = error_of([&] { on(0).run(file.path().string()).get(); });
    EXPECT_THAT(what, testing::AllOf(StartsWith("PluginLoadError: "), HasSubstr("stage "),
                                     HasSubstr(file.path().filename().string())));
  }
  EXPECT_EQ(pid(0), before);
}

}  // namespace
}  // namespace enginery
