// tests/process/views_test.cpp: what views offer besides calls: flags, results one by one, scattered data, code.
#include <condition_variable>
#include <coroutine>
#include <filesystem>
#include <future>
#include <mutex>
#include <sstream>

#include "tests/process/cluster_fixture.hpp"

namespace enginery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(ClusterTest, FlagsAreAsBeforeWhenTheirScopeEnds) {
  start_engines(1);
  DirectView e0 = on(0);
  {
    const auto flags = e0.temp_flags({.block = true});
    EXPECT_TRUE(e0.apply("testing.nothing").ready());
    const auto inner = e0.temp_flags({.block = false});
    EXPECT_FALSE(e0.block);
  }
  EXPECT_FALSE(e0.block);
  EXPECT_THROW(
      {
        const auto flags = e0.temp_flags({.block = true});
        e0.apply("testing.raise", "value");
      },
      RemoteError);
  EXPECT_FALSE(e0.block);
}

TEST_F(ClusterTest, AnItemOutlivesTheViewThatItWasGotFrom) {
  start_engines(2);
  {
    auto a = rc()[0]["a"];
    auto b = rc()[1]["a"];
    auto all = rc().all()["c"];
    a = 5;
    b = 6;
    all = 7;
    EXPECT_EQ(Value(a), Value(5));
  }
  EXPECT_EQ(on(0).pull<int>("a"), 5);
  EXPECT_EQ(on(1).pull<int>("a"), 6);
  EXPECT_EQ(rc().all().pull<int>("c"), (std::vector{7, 7}));
}

TEST_F(ClusterTest, WhatATemporaryResultGivesOutlivesIt) {
  start_engines(2);
  rc().all().push({{"l", Value::list({Value("a text that is long enough"), Value("another text, also long")})}}).get();
  std::size_t letters = 0;
  for (auto& item : on(0).pull("l").get().as_list()) letters += item.as_string().size();
  EXPECT_EQ(letters, 49u);
  std::size_t count = 0;
  for (auto& task : rc().all().pull("l").tasks()) count += task.value().size();
  EXPECT_EQ(count, 4u);
  const Value& first = rc().all().pull("l").tasks()[0].value();
  EXPECT_EQ(first.size(), 2u);
  for (auto& each : rc().all().pull("l").get_each()) EXPECT_EQ(each.get().size(), 2u);
}

TEST_F(ClusterTest, ThreeOfFourEnginesFailAndTheFourthsValueIsThere) {
  start_engines(4);
  for (const int id : {0, 1, 3}) on(id)["x"] = "text";
  on(2)["x"] = 41;
  const AsyncResults<std::int64_t> results = rc().all().apply_async<std::int64_t>("testing.add", Reference("x"));
  try {
    results.get();
    FAIL() << "three engines failed";
  } catch (const CompositeError& error) {
    ASSERT_EQ(error.failures().size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
      const auto& failure = error.failures()[i];
      EXPECT_EQ(failure.engine_id, (std::vector{0, 1, 3})[i]);
      EXPECT_THAT(failure.text, HasSubstr("TypeError: "));
      try {
        std::rethrow_exception(failure.error);
      } catch (const RemoteError& remote) {
        EXPECT_EQ(remote.ename(), "TypeError");
        EXPECT_EQ(remote.engine_id(), failure.engine_id);
      }
    }
    for (const char* part : {"0", "1", "3", "TypeError"}) EXPECT_THAT(error.what(), HasSubstr(part));
  }
  const auto each = results.get_each();
  ASSERT_EQ(each.size(), 4u);
  EXPECT_EQ(each[2].get(), 42);
  EXPECT_EQ(each[2].engine_id, 2);
  for (const std::size_t i : {0u, 1u, 3u}) {
    EXPECT_FALSE(each[i]);
    EXPECT_THROW(each[i].get(), RemoteError);
  }
  EXPECT_FALSE(results.successful());
}

TEST_F(ClusterTest, WallTimeAndSerialTimeFollowFromTheMetadata) {
  start_engines(3);
  const AsyncResults<double> results = rc().all().apply_async<double>("system.sleep", 0.05);
  results.wait();
  using Clock = std::chrono::system_clock;
  Clock::time_point first = Clock::time_point::max(), last{};
  double serial = 0;
  for (const Metadata& one : results.metadata()) {
    first = std::min(first, *one.submitted);
    last = std::max(last, *one.received);
    serial += Seconds(*one.completed - *one.started).count();
    EXPECT_LE(*one.submitted, *one.received);
  }
  // The metadata's times are by wall clocks, which run a little otherwise.
  constexpr double kClocksDiffer = 0.01;
  EXPECT_NEAR(results.wall_time(), Seconds(last - first).count(), kClocksDiffer);
  EXPECT_NEAR(results.serial_time(), serial, kClocksDiffer);
  EXPECT_GE(results.serial_time(), 0.15);
  EXPECT_EQ(results.elapsed(), results.wall_time());
  EXPECT_EQ(results.progress(), 3u);
}

TEST_F(ClusterTest, WhatFollowsAResultRunsOnceItIsThereAndMayWaitForOthers) {
  start_engines(2);
  std::promise<std::int64_t> sum;
  std::promise<std::thread::id> thread;
  on(0).apply_async<std::int64_t>("testing.add", 1, 2).then([&](const AsyncResult<std::int64_t>& result) {
    thread.set_value(std::this_thread::get_id());
    sum.set_value(on(1).apply_sync<std::int64_t>("testing.add", result.get(), 10));
  });
  EXPECT_EQ(sum.get_future().get(), 13);
  EXPECT_NE(thread.get_future().get(), std::this_thread::get_id());
  std::promise<std::size_t> failed;
  rc().all().apply_async("testing.raise", "value").then([&](const AsyncResults<Value>& results) {
    failed.set_value(
        static_cast<std::size_t>(std::ranges::count(results.get_each(), false, &ValueOrError<Value>::operator bool)));
  });
  EXPECT_EQ(failed.get_future().get(), 2u);
  // One that is there already.
  const AsyncResult<Value> ready = on(0).apply_async("testing.identity", 5);
  ready.wait();
  std::promise<Value> again;
  ready.then([&](const AsyncResult<Value>& result) { again.set_value(result.get()); });
  EXPECT_EQ(again.get_future().get(), Value(5));
}

TEST_F(ClusterTest, WhatFollowsAResultMayBeTheLastThatKnowsTheClient) {
  start_engines(1);
  std::promise<void> done;
  {
    auto client = std::make_unique<Client>();
    (*client)[0].apply_async("system.sleep", 0.05).then([view = (*client)[0], &done](const AsyncResult<Value>& result) {
      EXPECT_GE(result.get().as_real(), 0.05);
      done.set_value();
    });
  }
  const auto ended = done.get_future().wait_for(std::chrono::seconds(10));
  EXPECT_EQ(ended, std::future_status::ready);
}

/// A coroutine that starts at once and whose end somebody waits for.
struct Job {
  struct promise_type {
    std::promise<std::string> done;
    Job get_return_object() { return {done.get_future()}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_value(std::string text) { done.set_value(std::move(text)); }
    void unhandled_exception() { done.set_exception(std::current_exception()); }
  };
  std::future<std::string> text;
};

Job add_and_fail(DirectView view) {
  const std::int64_t sum = co_await view.apply_async<std::int64_t>("testing.add", 40, 2);
  try {
    co_await view.apply_async("testing.raise", "value");
  } catch (const RemoteError& error) {
    co_return std::to_string(sum) + " " + error.ename();
  }
  co_return "nothing was thrown";
}

TEST_F(ClusterTest, ACoroutineAwaitsResultsAndErrors) {
  start_engines(1);
  EXPECT_EQ(add_and_fail(on(0)).text.get(), "42 ValueError");
}

Job add_everywhere(MultiView view) {
  std::int64_t sum = 0;
  for (int i = 0; i < 200; ++i)
    for (const std::int64_t each : co_await view.apply_async<std::int64_t>("testing.add", i, 1)) sum += each;
  co_return std::to_string(sum);
}

TEST_F(ClusterTest, ACoroutineAwaitsTheResultsOfSeveralEngines) {
  start_engines(2);
  EXPECT_EQ(add_everywhere(rc().all()).text.get(), "40200");
}

TEST_F(ClusterTest, ScatteredBlocksAreContiguousAndTheFirstOnesLonger) {
  start_engines(3, "");
  const MultiView all = rc().all();
  std::vector<double> numbers(10);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(i);
  all.scatter("x", numbers).get();
  EXPECT_EQ(on(0).get("x").repr(), "[0.0, 1.0, 2.0, 3.0]");
  EXPECT_EQ(on(1).get("x").repr(), "[4.0, 5.0, 6.0]");
  EXPECT_EQ(on(2).get("x").repr(), "[7.0, 8.0, 9.0]");
  const std::vector<double> gathered = all.gather("x");
  EXPECT_EQ(gathered, numbers);
  EXPECT_EQ(all.gather<Value>("x").get().kind(), Kind::array);

  all.scatter("rank", std::vector<int>{7, 8, 9}, true).get();
  EXPECT_EQ(on(1).get("rank").repr(), "8");
  EXPECT_EQ(all.gather("rank").get().repr(), "[7, 8, 9]");

  all.scatter("few", Value::list({"a", "b"})).get();
  EXPECT_EQ(on(2).get("few").repr(), "[]");
  EXPECT_EQ(all.gather("few").get().repr(), "['a', 'b']");

  Eigen::MatrixXd A = Eigen::MatrixXd::Random(7, 3);
  all.scatter("A", A).get();
  EXPECT_EQ(on(1).get<Eigen::MatrixXd>("A"), A.middleRows(3, 2));
  EXPECT_EQ(all.gather<Eigen::MatrixXd>("A").get(), A);
  EXPECT_THAT(error_of([&] { all.scatter("x", 5); }), HasSubstr("scatter takes a list"));
}

TEST_F(ClusterTest, AViewOfNoEngineSaysSoWhileAllLive) {
  start_engines(2, "");
  const MultiView none = rc().view({});
  EXPECT_EQ(error_of([&] {
              none.push({{"a", 1}});
            }),
            "this view has no engines: it was made from an empty list of ids. The engines of cluster '" + name_ +
                "' are [0, 1]; all() is a view of all");
}

TEST_F(ClusterTest, WhatCannotBeScatteredToAllIsGivenToNone) {
  start_engines(2, "");
  const Value opaque = Value::opaque(std::make_shared<int>(1));
  EXPECT_THAT(error_of([&] { rc().all().scatter("x", Value::list({1, opaque})); }), HasSubstr("stays on its engine"));
  EXPECT_THAT(error_of([&] { rc().all().push({{"good", 1}, {"1bad", 2}}).get(); }), HasSubstr("SyntaxError"));
  for (const int id : {0, 1}) EXPECT_TRUE(on(id).keys().empty());
}

TEST_F(ClusterTest, SeveralEnginesAreReadAndWrittenLikeADictionary) {
  start_engines(2, "");
  const MultiView all = rc().all();
  all["a"] = 5;
  on(1)["a"] = 6;
  const std::vector<Value> values = all["a"];
  EXPECT_EQ(values, (std::vector<Value>{5, 6}));
  std::ostringstream text;
  text << all["a"];
  EXPECT_EQ(text.str(), "[5, 6]");
  all.clear();
  EXPECT_THAT(on(0).keys(), ElementsAre());
}

TEST_F(ClusterTest, SeveralEnginesSayWhichNamesTheyHave) {
  start_engines(2, "");
  const MultiView all = rc().all();
  EXPECT_THAT(all.keys(), ElementsAre(ElementsAre(), ElementsAre()));
  all["a"] = 5;
  on(1)["b"] = 6;
  EXPECT_THAT(all.keys(), ElementsAre(ElementsAre("a"), ElementsAre("a", "b")));
  EXPECT_THAT(all.contains("a"), ElementsAre(true, true));
  EXPECT_THAT(all.contains("b"), ElementsAre(false, true));
  EXPECT_THAT((rc()[{1, 0}].contains("b")), ElementsAre(true, false));
}

TEST_F(ClusterTest, OneEngineGetsAllThatIsScattered) {
  start_engines(1, "");
  const DirectView engine = on(0);
  const std::vector<double> numbers{1, 2, 3};
  engine.scatter("x", numbers).get();
  EXPECT_EQ(engine.get("x").repr(), "[1.0, 2.0, 3.0]");
  const std::vector<double> gathered = engine.gather("x");
  EXPECT_EQ(gathered, numbers);
  engine.scatter("rank", std::vector<int>{7}, true).get();
  EXPECT_EQ(engine.get("rank").repr(), "7");
  EXPECT_EQ(engine.gather("rank").get().repr(), "[7]");
  EXPECT_THAT(error_of([&] { engine.scatter("x", 5); }), HasSubstr("scatter takes a list"));
}

TEST_F(ClusterTest, SeveralEnginesArePulledAsTuples) {
  start_engines(2, "");
  const MultiView all = rc().all();
  all.push({{"a", 1}, {"b", "text"}}).get();
  on(1)["a"] = 2;
  const std::vector<std::tuple<int, std::string>> each = all.pull<int, std::string>("a", "b");
  EXPECT_EQ(each, (std::vector<std::tuple<int, std::string>>{{1, "text"}, {2, "text"}}));
}

TEST_F(ClusterTest, AScriptIsBroughtByContentAndRunsInTheEnginesNamespace) {
  start_engines(2, "");
  const std::filesystem::path copy = folder_ / "script.so";
  std::filesystem::copy_file(FIXTURE_PLUGINS "/myscript.so", copy);
  rc().all().run(copy.string()).get();
  EXPECT_EQ(on(1).keys(), on(0).keys());
  EXPECT_FALSE(on(0).keys().empty());
  EXPECT_THAT(error_of([&] { on(0).run("/nowhere/script.so").get(); }), HasSubstr("/nowhere/script.so: stage read: "));
}

TEST_F(ClusterTest, APluginThatOnlyTheClientHasIsBroughtToTheEngines) {
  setenv("ENGINERY_PLUGIN_PATH", "", 1);
  start_engines(2, "");
  setenv("ENGINERY_PLUGIN_PATH", FIXTURE_PLUGINS, 1);
  testing::internal::CaptureStdout();
  rc().all().sync_imports({"norms"});
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "importing norms on engine(s)\n");
  for (const int id : {0, 1}) EXPECT_THAT(on(id).keys(), ElementsAre("norms"));
}

TEST(LocalTest, AnImportThatFailsHereIsNotAnnounced) {
  testing::internal::CaptureStdout();
  const std::string error = error_of([&] { local().sync_imports({"nowhere"}); });
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_THAT(error, HasSubstr("no plugin named 'nowhere'"));
}

TEST(LocalTest, TheSameCallsRunInThisProcess) {
  setenv("ENGINERY_PLUGIN_PATH", FIXTURE_PLUGINS, 1);
  DirectView here = local();
  testing::internal::CaptureStdout();
  here.sync_imports({"testing"});
  testing::internal::GetCapturedStdout();
  here["a"] = Value::list({1, 2});
  EXPECT_TRUE(here.apply_sync<bool>("testing.is_it", "a", Reference("a")));
  EXPECT_TRUE(Value(here["a"]) == globals().get("a"));
  EXPECT_EQ(here.apply_sync<std::int64_t>("testing.add", 1, 2), 3);
  AsyncResult<Value> failed = here.apply("testing.raise", "value");
  EXPECT_TRUE(failed.ready());
  EXPECT_THAT(error_of([&] { failed.get(); }), HasSubstr("ValueError"));
  std::ostringstream text;
  text << here;
  EXPECT_EQ(text.str(), "<DirectView local>");
  EXPECT_TRUE(here.contains("a"));
  here.scatter("part", std::vector<int>{1, 2, 3}).get();
  EXPECT_EQ(here.gather<std::vector<int>>("part").get(), (std::vector{1, 2, 3}));
  here.clear();
  EXPECT_TRUE(globals().empty());
}

}  // namespace
}  // namespace enginery
