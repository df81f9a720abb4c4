// tests/process/clients_in_tasks_test.cpp: tasks that are clients of their own cluster.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <enginery/cluster.hpp>
#include <enginery/connection.hpp>
#include <enginery/stop.hpp>

#include "tests/process/cluster_fixture.hpp"
#include "tests/stop_process.hpp"

namespace enginery {

static std::string own_cluster() {
  const char* const name = std::getenv("ENGINERY_CLUSTER");
  return name ? name : "";
}
static std::size_t size_of_own_cluster() { return Client().size(); }
static std::int64_t twice(std::int64_t x) { return 2 * x; }
/// What engine `id` makes of x, asked by a task.
static std::int64_t ask(int id, std::int64_t x) { return Client()[id].apply_sync(twice, x); }
/// As that, by way of engine `by`.
static std::int64_t ask_by(int by, int id, std::int64_t x) { return Client()[by].apply_sync(ask, id, x); }
static void leave_behind(int id) {
  static const Client client;  // what it has not sent when it ends is dropped
  client[id].push({{"left", 7}});
}
static std::string fill(int id) {
  const Client client;
  const std::string large(1 << 20, 'x');
  std::vector<AsyncResult<void>> results;
  try {
    for (int i = 0; i < 1000; ++i) results.push_back(client[id].push({{"large", large}}));
  } catch (const Error& error) {
    return error.ename() + ": " + error.what();
  }
  return "there was room";
}
static std::int64_t busy_until_asked() {
  globals().set("runs", true);
  while (!stop_requested()) std::this_thread::yield();
  return 1;
}
static std::int64_t wait_for_busy(int id) {
  const Client client;
  const auto result = client[id].apply_async(busy_until_asked);
  globals().set("waits", true);
  return result.get();
}
static void wait_for_many() {
  globals().set("waits", true);
  Client().wait_for_engines(99);
}
static void restart(int id) {
  const Client client;
  client[id].push({{"restarts", true}}).get();
  client.restart(id);
}

namespace {

using testing::AllOf;
using testing::HasSubstr;

int restarts_in(const std::filesystem::path& hub_log) {
  std::ifstream log(hub_log);
  int count = 0;
  for (std::string line; std::getline(log, line);)
    if (line.find("a client has engine 1 restarted") != std::string::npos) ++count;
  return count;
}

class ClientsInTasksTest : public ClusterTest {};

TEST_F(ClientsInTasksTest, AClientInATaskIsOneOfTheEnginesOwnClusterHoweverThatWasStarted) {
  start_engines(2, "");
  unsetenv("ENGINERY_CLUSTER");  // for what is started from now on, as from a shell of its own
  EXPECT_EQ(on(0).apply_sync(own_cluster), name_);
  EXPECT_EQ(on(1).apply_sync(size_of_own_cluster), 2u);
  const Cluster own({.n = 1, .command = ENGINERY_COMMAND});
  EXPECT_EQ(own.client()[0].apply_sync(own_cluster), own.name());
  EXPECT_EQ(own.client()[0].apply_sync(size_of_own_cluster), 1u);
  setenv("ENGINERY_CLUSTER", name_.c_str(), 1);  // for the end
}

TEST_F(ClientsInTasksTest, AnEngineThatJoinsByAFileElsewhereKnowsItsCluster) {
  start_engines(1, "");
  const Connection connection = Connection::find(name_);
  connection.save(folder_ / "copy.json");
  setenv("ENGINERY_CLUSTER", "default", 1);
  const std::string join =
      ENGINERY_COMMAND " engine --connection " + (folder_ / "copy.json").string() + " >/dev/null 2>&1 &";
  ASSERT_EQ(std::system(join.c_str()), 0);
  setenv("ENGINERY_CLUSTER", name_.c_str(), 1);
  rc().wait_for_engines(2, Seconds(30));
  EXPECT_EQ(on(1).apply_sync(own_cluster), name_);
  EXPECT_EQ(on(1).apply_sync(size_of_own_cluster), 2u);
}

TEST_F(ClientsInTasksTest, ATaskMayWaitForAnotherEngine) {
  start_engines(2, "");
  EXPECT_EQ(on(0).apply_sync(ask, 1, 21), 42);
}

TEST_F(ClientsInTasksTest, ATaskThatWouldWaitForItsOwnEngineIsRefusedInWords) {
  start_engines(2, "");
  const std::string own = error_of([&] { on(0).apply_sync(ask, 0, 21); });
  EXPECT_THAT(
      own,
      AllOf(HasSubstr("DeadlockError: this task would wait for 'enginery::twice' on engine 0, the one that it runs on"),
            HasSubstr("Call the function itself")));
  EXPECT_EQ(on(0).apply_sync(twice, 4), 8) << "the engine goes on";
}

TEST_F(ClientsInTasksTest, ATaskThatWouldWaitForAnEngineThatWaitsForItIsRefusedInWords) {
  start_engines(3, "");
  EXPECT_EQ(on(0).apply_sync(ask_by, 1, 2, 21), 42);
  EXPECT_THAT(error_of([&] { on(0).apply_sync(ask_by, 1, 0, 21); }),
              HasSubstr("this task would wait for 'enginery::twice' on engine 0, whose task has asked for this one"));
  EXPECT_EQ(on(0).apply_sync(twice, 4), 8);
  EXPECT_EQ(on(1).apply_sync(twice, 5), 10);
}

TEST_F(ClientsInTasksTest, ATaskMaySubmitToItsOwnEngine) {
  start_engines(1, "");
  on(0).apply_sync(leave_behind, 0);
  EXPECT_TRUE(comes([&] { return on(0).contains("left"); }));
}

TEST_F(ClientsInTasksTest, ATaskThatWouldWaitForRoomInItsOwnEnginesQueueIsRefusedInWords) {
  start_engines(1, "");
  EXPECT_THAT(
      on(0).apply_sync(fill, 0),
      HasSubstr("DeadlockError: this task would wait for room in the queue of engine 0, the one that it runs on"));
}

TEST_F(ClientsInTasksTest, AWaitInATaskEndsWhenTheTaskIsAskedToStop) {
  start_engines(2, "");
  const auto waits = on(0).apply_async(wait_for_busy, 1);
  ASSERT_TRUE(comes([&] { return rc().interrupt(0); }));
  EXPECT_THAT(
      error_of([&] { waits.get(Seconds(30)); }),
      HasSubstr(
          "TaskAborted: this task was asked to stop while it waited for 'enginery::busy_until_asked' on engine 1"));
  // Its client has gone, and took along what it had asked for.
  EXPECT_EQ(on(1).apply_sync(twice, 5), 10);
  const auto many = on(0).apply_async(wait_for_many);
  ASSERT_TRUE(comes([&] { return rc().interrupt(0); }));
  EXPECT_THAT(error_of([&] { many.get(Seconds(30)); }),
              HasSubstr("TaskAborted: this task was asked to stop while it waited for 99 engines"));
}

TEST_F(ClientsInTasksTest, ARestartInATaskEndsAtOnceWhenTheTaskIsAskedToStop) {
  start_cluster("start --daemon -n 2", "ENGINERY_LOG=info ");
  client_.emplace();
  const int launcher = Connection::find(name_).launcher.pid;
  ASSERT_TRUE(stop_process(launcher)) << "nobody ends the engine and starts it anew";
  const auto hub_log = Connection::find(name_).directory / "hub.log";
  Seconds shortest(60);
  for (int i = 0; i < 3; ++i) {  // the shortest of three, since the machine may be busy
    const auto restarts = on(0).apply_async(restart, 1);
    EXPECT_TRUE(comes([&] { return on(1).contains("restarts"); }));
    on(1).erase("restarts");
    EXPECT_TRUE(comes([&] { return restarts_in(hub_log) == i + 1; })) << "the hub was not asked";
    EXPECT_TRUE(rc().interrupt(0));
    const auto start = std::chrono::steady_clock::now();
    EXPECT_THAT(error_of([&] { restarts.get(Seconds(30)); }),
                HasSubstr("TaskAborted: this task was asked to stop while it waited for engine 1"));
    shortest = std::min<Seconds>(shortest, std::chrono::steady_clock::now() - start);
  }
  EXPECT_TRUE(send_signal(launcher, SIGCONT));
  EXPECT_LT(shortest, Seconds(0.2)) << "not only when it looks next, after half a second";
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
