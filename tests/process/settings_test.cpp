// tests/process/settings_test.cpp: what a cluster is told at its start: how much memory engines have, what is logged.
#include <fstream>
#include <iterator>

#include "core/clusters/runtime_directory.hpp"
#include "tests/process/cluster_fixture.hpp"
#include "tests/sanitized.hpp"

namespace enginery {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class SettingsTest : public ClusterTest {
 protected:
  std::string log_of(const std::string& process) const {
    std::ifstream file(cluster::runtime_path(name_) / (process + ".log"));
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(SettingsTest, ATaskThatTakesMoreThanTheMemoryLimitIsAMemoryErrorAndTheEngineGoesOn) {
  if (kSanitized) GTEST_SKIP() << "sanitizers keep what was let go of";
  start_engines(1, "--memory-limit 300M --load system");
  const std::int64_t before = pid(0);
  on(0).execute("a = 'x' * 100000000").get();
  EXPECT_THAT(error_of([&] { on(0).execute("b = 'x' * 250000000").get(); }),
              AllOf(HasSubstr("MemoryError: std::bad_alloc"), HasSubstr("--memory-limit")));
  // What comes from the client counts, too; and what was let go of is there again.
  const std::string large(290'000'000, 'x'), small(20'000'000, 'x');
  const auto running = on(0).apply_async("system.sleep", 0.3);
  const auto refused = on(0).push({{"c", Value(large)}});
  std::vector<AsyncResult<std::int64_t>> others;
  for (int i = 0; i < 100; ++i) others.push_back(on(0).apply_async<std::int64_t>("system.getpid"));
  EXPECT_THAT(error_of([&] { refused.get(); }),
              HasSubstr("MemoryError: engine 0 has no memory for the arguments of 'push', which does not run"));
  for (const auto& other : others) EXPECT_EQ(other.get(Seconds(30)), before) << "it fails alone";
  running.get(Seconds(30));
  on(0).execute("del a").get();
  on(0)["c"] = small;
  EXPECT_EQ(on(0).pull<std::string>("c").size(), small.size());
  EXPECT_EQ(pid(0), before);
}

TEST_F(SettingsTest, HubAndEnginesLogOneLineForEachEventWithTheProcesssName) {
  start_engines(2, "--log-level debug --load system");
  pid(1);
  const std::string time = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\\.[0-9]{3} ";
  EXPECT_THAT(log_of("hub"), AllOf(ContainsRegex(time + "hub info: it listens at ipc://"),
                                   ContainsRegex(time + "hub info: engine 1 .* takes tasks")));
  EXPECT_THAT(log_of("engine-1"),
              AllOf(ContainsRegex(time + "engine 1 info: engine 1 takes tasks: uuid "),
                    ContainsRegex(time + "engine 1 debug: it runs system.getpid"), HasSubstr("has ended: no error")));
  EXPECT_THAT(log_of("engine-0"), Not(HasSubstr("it runs system.getpid")));
}

TEST_F(SettingsTest, WithoutALevelOnlyWarningsAreLogged) {
  start_engines(1, "--load system");
  pid(0);
  EXPECT_EQ(log_of("hub"), "");
  EXPECT_EQ(log_of("engine-0"), "");
}

TEST_F(SettingsTest, WhatIsNoSizeOrLevelIsRefused) {
  EXPECT_EQ(run("start --memory-limit much 2>&1"), 2);
  EXPECT_EQ(run("start --memory-limit 0 2>&1"), 2);
  EXPECT_EQ(run("start --log-level loud 2>&1"), 2);
}

}  // namespace
}  // namespace enginery
