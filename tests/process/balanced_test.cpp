// tests/process/balanced_test.cpp: load-balanced views on real engines: calls, maps, deaths, results that others wait
// for.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <numeric>
#include <ranges>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <enginery/connection.hpp>
#include <enginery/stop.hpp>

#include "tests/process/cluster_fixture.hpp"
#include "tests/stop_process.hpp"

namespace enginery {

static std::int64_t square(std::int64_t x) { return x * x; }
static double add(double a, double b) { return a + b; }
static double nap(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  return seconds;
}
static double root_of_odd(int x) {
  if (x % 2 == 0) throw std::domain_error("even: " + std::to_string(x));
  return std::sqrt(x);
}
static std::vector<double> make(int n) { return std::vector<double>(static_cast<std::size_t>(n), 1); }
static double total(const std::vector<double>& x) { return std::accumulate(x.begin(), x.end(), 0.0); }
static int dies_at(int at, int x) {
  if (x == at) ::_exit(3);
  return x;
}
/// Fails as long as there are fewer than `times` marks of it in the folder, one for each attempt.
static int fails_at_first(const std::string& folder, int times, int x) {
  int marks = 0;
  while (std::filesystem::exists(folder + "/" + std::to_string(x) + "." + std::to_string(marks))) ++marks;
  std::ofstream(folder + "/" + std::to_string(x) + "." + std::to_string(marks)) << "x";
  if (marks < times) throw std::runtime_error("attempt " + std::to_string(marks));
  return x;
}
static int busy_until_asked(int x) {
  globals().set("runs", true);
  while (!stop_requested()) std::this_thread::yield();
  return x;
}
static std::vector<int> engines_of_balanced_calls(int count) {
  const Client client;
  const LoadBalancedView lv = client.load_balanced();
  std::vector<int> ids;
  for (int i = 0; i < count; ++i) {
    const auto result = lv.apply_async(square, i);
    result.get();
    ids.push_back(result.metadata().engine_id);
  }
  return ids;
}
static std::int64_t map_over_all() { return Client().all().map_sync(square, std::vector<std::int64_t>{1, 2})[0]; }
static std::uint64_t draw(int) { return task_random()(); }

namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Ne;
using testing::SizeIs;

class BalancedTest : public ClusterTest {
 protected:
  LoadBalancedView lv() { return rc().load_balanced(); }
};

TEST_F(BalancedTest, ManyTasksEndOnceEachAndAllEnginesHelp) {
  start_engines(3, "");
  std::vector<AsyncResult<std::int64_t>> results;
  for (std::int64_t i = 0; i < 3000; ++i) results.push_back(lv().apply_async(square, i));
  std::set<int> ids;
  for (std::int64_t i = 0; i < 3000; ++i) {
    EXPECT_EQ(results[static_cast<std::size_t>(i)].get(Seconds(60)), i * i);
    ids.insert(results[static_cast<std::size_t>(i)].metadata().engine_id);
  }
  EXPECT_THAT(ids, SizeIs(3));
}

TEST_F(BalancedTest, OnlyTheEnginesOfTheViewAreUsed) {
  start_engines(3, "");
  const LoadBalancedView some = rc().load_balanced({0, 2});
  std::set<int> ids;
  for (int i = 0; i < 50; ++i) {
    const auto result = some.apply_async(nap, 0.001);
    result.get();
    ids.insert(result.metadata().engine_id);
  }
  EXPECT_EQ(ids.count(1), 0u);
  EXPECT_THROW(rc().load_balanced({0, 7}), IndexError);
}

TEST_F(BalancedTest, AMapGivesItsResultsInTheOrderOfTheItemsWhateverItsChunks) {
  start_engines(2, "");
  const std::vector<std::int64_t> some = lv().map_sync(square, std::views::iota(0, 10'000));
  ASSERT_THAT(some, SizeIs(10'000));
  for (std::int64_t i = 0; i < 10'000; ++i) ASSERT_EQ(some[static_cast<std::size_t>(i)], i * i);
  for (const std::size_t chunk : {1, 7, 20'000})
    EXPECT_EQ(lv().with({.chunksize = chunk}).map_sync(square, std::views::iota(0, 500))[499], 499 * 499) << chunk;
  EXPECT_TRUE(lv().map_sync(square, std::vector<std::int64_t>{}).empty());
  EXPECT_THAT(lv().map_sync(add, std::vector<double>{1, 2}, std::vector<double>{10, 20, 30}), ElementsAre(11, 22));
}

TEST_F(BalancedTest, AnItemThatFailsFailsAloneAndIsNamed) {
  start_engines(2, "");
  const auto map = lv().map_async(root_of_odd, std::views::iota(0, 100));
  map.wait(Seconds(60));
  EXPECT_FALSE(map.successful());
  const auto each = map.get_each();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(bool(each[static_cast<std::size_t>(i)]), i % 2 == 1) << i;
  const std::string error = error_of([&] { map.get(); });
  EXPECT_THAT(error, AllOf(HasSubstr("50 of 100"), HasSubstr("even: 0")));
}

TEST_F(BalancedTest, WhatFailsIsTriedAgainAsOftenAsTheViewSays) {
  start_engines(2, "");
  const std::string folder = (folder_ / "marks").string();
  std::filesystem::create_directory(folder);
  EXPECT_THAT(error_of([&] { lv().with({.retries = 1}).apply_sync(fails_at_first, folder, 2, 1); }),
              HasSubstr("attempt 1"));
  EXPECT_EQ(lv().with({.retries = 2}).apply_sync(fails_at_first, folder, 4, 1), 1) << "two marks are there";
  EXPECT_THAT(lv().with({.retries = 3}).map_sync(capture(folder, 3, fails_at_first), std::vector<int>{10, 11, 12}),
              ElementsAre(10, 11, 12));
}

TEST_F(BalancedTest, AnEngineThatDiesTakesTheRunningItemAlongAndNoOther) {
  start_engines(3, "--restart");
  const auto map = lv().with({.chunksize = 10}).map_async(capture(25, dies_at), std::views::iota(0, 60));
  ASSERT_TRUE(map.wait(Seconds(60)));
  const auto each = map.get_each();
  EXPECT_THAT(error_of([&] { each[25].get(); }), HasSubstr("exit status 3"));
  for (std::size_t i = 0; i < 60; ++i) {
    if (i >= 20 && i <= 25) continue;  // 20 to 24 had run, and their results died with the engine
    EXPECT_TRUE(each[i]) << i;
  }
  EXPECT_THAT(error_of([&] { each[22].get(); }), HasSubstr("exit status 3"));
}

TEST_F(BalancedTest, AnItemThatTakesThreeEnginesAlongIsPoison) {
  start_engines(4, "--restart");
  const auto map = lv().with({.retries = 9}).map_async(capture(5, dies_at), std::views::iota(0, 10));
  ASSERT_TRUE(map.wait(Seconds(60)));
  const auto each = map.get_each();
  EXPECT_THAT(error_of([&] { each[5].get(); }),
              AllOf(HasSubstr("item 5 of '"), HasSubstr("3 engines"), HasSubstr("exit status 3")));
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(bool(each[i]), i != 5) << i;
}

TEST_F(BalancedTest, WhatWaitsForAnEngineIsRunOnceOneComesOrFailsInWords) {
  start_engines(1, "--restart");
  ASSERT_TRUE(stop_process(Connection::find(name_).launcher.pid)) << "nothing is started anew for now";
  EXPECT_THAT(error_of([&] { on(0).apply_sync(dies_at, 1, 1); }), HasSubstr("engine 0 died"));
  const auto waits = lv().apply_async(square, 3);
  EXPECT_THAT(error_of([&] { lv().with({.queue_timeout = Seconds(0.2)}).apply_async(square, 3).get(Seconds(30)); }),
              HasSubstr("queue_timeout"));
  EXPECT_FALSE(waits.ready());
  EXPECT_TRUE(send_signal(Connection::find(name_).launcher.pid, SIGCONT));
  EXPECT_EQ(waits.get(Seconds(30)), 9);
}

TEST_F(BalancedTest, NothingWaitsForEnginesThatHaveDiedForGood) {
  start_engines(1, "");
  EXPECT_THAT(error_of([&] { on(0).apply_sync(dies_at, 1, 1); }), HasSubstr("exit status 3"));
  EXPECT_THAT(error_of([&] { lv().apply_async(square, 3).get(Seconds(30)); }), HasSubstr("not started anew"));
}

TEST_F(BalancedTest, AnIdleEngineTakesOverWhatWaitsBehindALongTask) {
  start_engines(2, "");
  lv().map_sync(nap, std::vector<double>(40, 0.001));  // naps are known to be short now
  std::vector<double> naps(60, 0.001);
  naps[0] = 2;
  const auto start = std::chrono::steady_clock::now();
  std::vector<AsyncResult<double>> results;
  for (const double seconds : naps) results.push_back(lv().apply_async(nap, seconds));
  for (std::size_t i = 1; i < results.size(); ++i) results[i].get(Seconds(30));
  EXPECT_LT(std::chrono::steady_clock::now() - start, Seconds(1.9)) << "they did not wait for the long one";
  results[0].get(Seconds(30));
}

TEST_F(BalancedTest, AnAbortDropsWhatWaitsAndAsksWhatRunsToStop) {
  start_engines(1, "");
  const auto map = lv().map_async(busy_until_asked, std::views::iota(0, 5));
  map.abort();
  ASSERT_TRUE(map.wait(Seconds(30)));
  EXPECT_THAT(error_of([&] { map.get_each()[4].get(); }), HasSubstr("was aborted before"));
  EXPECT_EQ(lv().apply_sync(square, 4), 16);
}

TEST_F(BalancedTest, ResultsAreArgumentsAlsoThoseThatStayAndThoseThatFail) {
  start_engines(3, "");
  const auto x = lv().apply_async(stays(make), 1000);
  EXPECT_EQ(lv().apply_sync(total, x), 1000);
  EXPECT_EQ(lv().apply_sync(total, lv().apply_async(stays(make), 10)), 10) << "nobody else holds the result";
  EXPECT_EQ(lv().apply_sync(add, lv().apply_async(total, x), lv().apply_async(nap, 0.05)), 1000.05);
  EXPECT_EQ(on(1).apply_sync(add, lv().apply_async(nap, 0.05), 1.0), 1.05);
  const auto fails = lv().apply_async(root_of_odd, 2);
  EXPECT_THAT(error_of([&] { lv().apply_async(add, fails, 1.0).get(Seconds(30)); }),
              AllOf(HasSubstr("what it waits for failed"), HasSubstr("even: 2")));
  const auto other = rc()[0].apply_async(stays(make), 1), another = rc()[1].apply_async(stays(make), 1);
  const auto both = [](const std::vector<double>& a, const std::vector<double>& b) { return a.size() + b.size(); };
  EXPECT_THAT(error_of([&] { lv().apply_async(both, other, another).get(Seconds(30)); }),
              HasSubstr("on several engines"));
  EXPECT_THAT(error_of([&] { on(1).apply_async(total, other); }), HasSubstr("stays on engine 0"));
  const Client stranger;
  EXPECT_THAT(error_of([&] { stranger.load_balanced().apply_async(total, other); }), HasSubstr("another client"));
}

TEST_F(BalancedTest, ALargeResultIsTheResult) {
  start_engines(2, "");
  const auto text = lv().with({.retries = 3})
                        .apply_async([](int n) { return std::string(static_cast<std::size_t>(n), 'x'); }, 300'000);
  EXPECT_EQ(text.get(Seconds(30)), std::string(300'000, 'x'));
  const auto length = [](const std::string& all) { return all.size(); };
  EXPECT_EQ(lv().apply_async(length, text).get(Seconds(30)), 300'000u);
}

TEST_F(BalancedTest, ResultsOfTwoClientsMayWaitForEachOther) {
  start_engines(2, "");
  const Client other;
  for (int i = 0; i < 20; ++i) {
    const auto a = lv().apply_async(root_of_odd, i);
    const auto b = other.load_balanced().apply_async(add, a, 1.0);
    const auto c = lv().apply_async(add, b, 1.0);
    const std::string error = error_of([&] { c.get(Seconds(30)); });
    EXPECT_THAT(error, i % 2 == 0 ? HasSubstr("even: ") : testing::Matcher<std::string>(testing::StrEq(""))) << i;
  }
}

TEST_F(BalancedTest, AMapThatFollowsOnOneThatFailedFailsAlsoLazily) {
  start_engines(2, "");
  const auto fails = lv().map_async(root_of_odd, std::views::iota(0, 4));
  const LoadBalancedView after = lv().with({.after = {fails}});
  EXPECT_THAT(error_of([&] { after.map_async(square, std::views::iota(0, 3)).get(Seconds(30)); }),
              HasSubstr("even: 0"));
  EXPECT_THAT(error_of([&] {
                for (const std::int64_t x : after.imap(square, std::views::iota(0))) EXPECT_EQ(x, -1);
              }),
              HasSubstr("even: 0"));
  EXPECT_THAT(error_of([&] { after.map_async(square, std::vector<std::int64_t>{}).get(Seconds(30)); }), "");
}

TEST_F(BalancedTest, AContinuationMayWaitForWhatFollowsOnAResult) {
  start_engines(2, "");
  const auto map = lv().map_async(square, std::views::iota(0, 4));
  const auto several = rc().all().apply_async(square, 3);
  map.get();
  several.get();
  std::promise<std::int64_t> promise;
  lv().apply_async(square, 1).then([&](const AsyncResult<std::int64_t>&) {
    promise.set_value(lv().with({.after = {map, several}}).apply_sync(square, 5));
  });
  auto answer = promise.get_future();
  ASSERT_EQ(answer.wait_for(std::chrono::seconds(30)), std::future_status::ready);
  EXPECT_EQ(answer.get(), 25);
}

TEST_F(BalancedTest, AWaitInATaskForItsOwnEngineIsRefused) {
  start_engines(1, "");
  EXPECT_THAT(error_of([&] { on(0).apply_sync(engines_of_balanced_calls, 1); }), HasSubstr("DeadlockError"));
  EXPECT_THAT(error_of([&] { on(0).apply_sync(map_over_all); }), HasSubstr("DeadlockError"));
}

TEST_F(BalancedTest, ATaskBeginsAfterThoseThatItIsToFollow) {
  start_engines(2, "");
  const auto first = lv().apply_async(nap, 0.1);
  const auto then = lv().with({.after = {first}, .follow = {first}}).apply_async(nap, 0.0);
  then.get(Seconds(30));
  EXPECT_LE(first.metadata().completed, then.metadata().started);
  EXPECT_EQ(first.metadata().engine_id, then.metadata().engine_id);
}

TEST_F(BalancedTest, AnInfiniteRangeIsReadAsEnginesBecomeFree) {
  start_engines(2, "");
  std::vector<std::int64_t> some;
  for (const std::int64_t x : lv().imap(square, std::views::iota(0)) | std::views::take(1000)) some.push_back(x);
  ASSERT_THAT(some, SizeIs(1000));
  EXPECT_EQ(some[999], 999 * 999);
  EXPECT_EQ(lv().apply_sync(square, 2), 4);
}

TEST_F(BalancedTest, AReductionHasTheSameBitsWhateverTheChunks) {
  start_engines(2, "");
  const auto third = [](int x) { return x / 3.0; };
  const double one = lv().with({.chunksize = 1}).map_reduce(third, std::views::iota(0, 1000), std::plus<double>());
  const double other = lv().with({.chunksize = 64}).map_reduce(third, std::views::iota(0, 1000), std::plus<double>());
  EXPECT_EQ(one, other);
  EXPECT_THROW(lv().map_reduce(third, std::vector<int>{}, std::plus<double>()), ValueError);
}

TEST_F(BalancedTest, RandomNumbersDependOnTheSeedAndTheItemAlone) {
  start_engines(2, "");
  const auto once = lv().with({.chunksize = 3, .seed = 7}).map_sync(draw, std::views::iota(0, 100));
  const auto again = lv().with({.chunksize = 50, .seed = 7}).map_sync(draw, std::views::iota(0, 100));
  EXPECT_EQ(once, again);
  EXPECT_THAT(std::set<std::uint64_t>(once.begin(), once.end()), SizeIs(100));
  const auto map = lv().map_async(draw, std::views::iota(0, 3));
  EXPECT_EQ(lv().with({.seed = map.seed()}).map_sync(draw, std::views::iota(0, 3)), map.get());
}

TEST_F(BalancedTest, AViewInATaskLeavesOutTheTasksOwnEngine) {
  start_engines(3, "");
  EXPECT_THAT(on(1).apply_sync(engines_of_balanced_calls, 10), AllOf(SizeIs(10), Each(Ne(1))));
}

TEST_F(BalancedTest, AMapOverFixedEnginesGivesEachOneContiguousPart) {
  start_engines(2, "");
  const auto map = rc().all().map_async(square, std::views::iota(0, 11));
  EXPECT_EQ(map.get()[10], 100);
  const auto each = map.get_each();
  EXPECT_EQ(each[5].engine_id, 0);
  EXPECT_EQ(each[6].engine_id, 1);
}

TEST_F(BalancedTest, ProgressIsShownInLines) {
  start_engines(2, "");
  std::ostringstream text;
  EXPECT_TRUE(lv().map_async(square, std::views::iota(0, 10)).wait_interactive(text, Seconds(30)));
  EXPECT_THAT(text.str(), HasSubstr("10/10"));
}

TEST_F(BalancedTest, WhatIsLeftWhenTheClientEndsFails) {
  start_engines(1, "");
  std::optional<Client> client(std::in_place);
  const auto call = client->load_balanced().apply_async(busy_until_asked, 1);
  const auto map = client->load_balanced().map_async(busy_until_asked, std::views::iota(0, 3));
  client.reset();
  EXPECT_THAT(error_of([&] { call.get(Seconds(30)); }), HasSubstr("the client of"));
  EXPECT_THAT(error_of([&] { map.get(Seconds(30)); }), HasSubstr("the client of"));
  rc().interrupt(0);
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
