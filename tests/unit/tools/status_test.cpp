// tests/unit/tools/status_test.cpp: how a cluster's state is shown, to people and to programs.
#include "tools/status_text.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace enginery::tools {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

const std::chrono::system_clock::time_point kWhen{1'700'000'000s};

ClusterStatus two_engines() {
  ClusterStatus status{"lab", 17, 185s, {}};
  EngineStatus idle;
  idle.id = 0;
  idle.pid = 18;
  idle.uuid = Uuid{{0xab}};
  idle.state = "idle";
  idle.finished = 12345;
  idle.resident_bytes = 8 << 20;
  EngineStatus busy = idle;
  busy.id = 11;
  busy.state = "busy";
  busy.task = "norms.get_norms";
  busy.running_since = kWhen;  // in a future that somebody's clock showed
  busy.running_for = 75s;
  status.engines = {idle, busy};
  return status;
}

TEST(Status, ATableHasOneLinePerEngineUnderItsColumns) {
  EXPECT_EQ(status_table(two_engines(), false),
            "cluster 'lab': hub pid 17, up 3 min 5 s, 2 engines\n"
            "id  pid  state  task                    for  queued  finished  sessions   memory  uuid\n"
            " 0   18  idle                                     0     12345         0  8.0 MiB  ab000000\n"
            "11   18  busy   norms.get_norms  1 min 15 s       0     12345         0  8.0 MiB  ab000000\n");
}

TEST(Status, AnEngineThatDiedHasARowAndARemedy) {
  ClusterStatus status = two_engines();
  EngineStatus& dead = status.engines[1];
  dead = {};
  dead.id = 11;
  dead.state = "dead";
  dead.how = "signal 9 (Killed)";
  EXPECT_EQ(status_table(status, false),
            "cluster 'lab': hub pid 17, up 3 min 5 s, 1 of 2 engines\n"
            "id  pid  state  task  for  queued  finished  sessions   memory  uuid\n"
            " 0   18  idle                   0     12345         0  8.0 MiB  ab000000\n"
            "11       dead\n"
            "engine 11 died (signal 9 (Killed)); `enginery restart 11 --name lab` starts it anew\n");
  const auto engine = nlohmann::json::parse(status_json(status))["engines"][1];
  EXPECT_EQ(engine["how"], "signal 9 (Killed)");
  EXPECT_TRUE(engine["pid"].is_null()) << "`kill 0` would end whoever asked";
}

TEST(Status, ATableWithoutEnginesIsOneLine) {
  EXPECT_EQ(status_table({"lab", 17, 420ms, {}}, true), "cluster 'lab': hub pid 17, up 0.42 s, 0 engines\n");
}

TEST(Status, ColoursComeOnlyWhenAskedFor) {
  EXPECT_THAT(status_table(two_engines(), true), HasSubstr("\033[33mbusy\033[0m"));
  EXPECT_THAT(status_table(two_engines(), false), Not(HasSubstr("\033")));
}

TEST(Status, ANameCannotCommandTheTerminal) {
  ClusterStatus status = two_engines();
  status.engines[0].task = "a\033[2J";
  EXPECT_THAT(status_table(status, false), HasSubstr("a?[2J"));
}

TEST(Status, JsonHoldsEverythingAndNullForNothing) {
  const auto root = nlohmann::json::parse(status_json(two_engines()));
  EXPECT_EQ(root["cluster"], "lab");
  EXPECT_EQ(root["hub"]["pid"], 17);
  EXPECT_EQ(root["uptime"], 185.0);
  EXPECT_EQ(root["engines"][0]["task"], nullptr);
  EXPECT_EQ(root["engines"][0]["running_since"], nullptr);
  EXPECT_EQ(root["engines"][1]["running_since"], "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(root["engines"][0]["running_for"], nullptr);
  EXPECT_EQ(root["engines"][1]["running_for"], 75.0);
  EXPECT_EQ(root["engines"][1]["uuid"], Uuid{{0xab}}.text());
  EXPECT_EQ(root["engines"][1]["finished"], 12345);
}

}  // namespace
}  // namespace enginery::tools
