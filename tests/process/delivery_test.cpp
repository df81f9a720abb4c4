// tests/process/delivery_test.cpp: code comes to engines, once, verified, and whoever dies meanwhile.
#include <fcntl.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <numeric>

#include <enginery/connection.hpp>

#include "client/views/status.hpp"
#include "tests/process/cluster_fixture.hpp"
#include "tests/process/launcher_fixture.hpp"

namespace enginery {
namespace {

using testing::AllOf;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

class DeliveryTest : public ClusterTest {
 protected:
  /// Copies a built file to the same place below the test's own folder, where only this client knows of it.
  std::string copy(const std::string& name, const std::string& as = {}) const {
    const fs::path file = folder_ / "mine" / (as.empty() ? name : as);
    fs::create_directories(file.parent_path());
    fs::copy_file(FIXTURE_PLUGINS "/" + name, file, fs::copy_options::overwrite_existing);
    return file;
  }
  /// A plugin with two libraries of the user's own.
  std::string copy_chained() const {
    copy("beside/libfixture_answer.so");
    copy("chained/libfixture_middle.so");
    return copy("chained/chained.so");
  }
  /// A script that takes a while on its way: what follows its sections is nobody's.
  std::string copy_large() const {
    const std::string file = copy("myscript.so", "large.so");
    fs::resize_file(file, 64u << 20);
    return file;
  }
  std::uintmax_t size_of_mine() const {
    std::uintmax_t size = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "mine"))
      if (entry.is_regular_file()) size += entry.file_size();
    return size;
  }

  ClusterStatus status() const { return query_status(Connection::find(), std::chrono::seconds(30)); }
  int process(std::size_t id) const { return status().engines.at(id).pid; }
  std::uint64_t code_bytes() const {
    std::uint64_t bytes = 0;
    for (const EngineStatus& engine : status().engines) bytes += engine.code_bytes;
    return bytes;
  }
  std::string maps(std::size_t id) const {
    std::ifstream file("/proc/" + std::to_string(process(id)) + "/maps");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::size_t unfinished() const {
    std::size_t count = 0;
    std::error_code error;  // files come and go
    for (fs::recursive_directory_iterator at(folder_ / "cache", error), end; !error && at != end; at.increment(error))
      count += at->path().filename().string().starts_with(".new-");
    return count;
  }
  template <class F>
  static void wait_until(const F& happened) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!happened()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::yield();
    }
  }
  template <class Thrown, class F>
  static std::string thrown_by(const F& call) {
    try {
      call();
    } catch (const Thrown& error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(DeliveryTest, AnImportBringsThePluginThatTheClientFinds) {
  unsetenv("ENGINERY_PLUGIN_PATH");
  start_engines(2, "");
  EXPECT_THAT(error_of([&] { on(0).execute("import norms").get(); }), HasSubstr("no plugin named 'norms'"));
  setenv("ENGINERY_PLUGIN_PATH", FIXTURE_PLUGINS, 1);
  on(0).execute("x = 1; import norms, boxes\ny = norms.get_norms([3.0, 4.0])").get();
  EXPECT_EQ((on(0).get<std::map<double, double>>("y")), (std::map<double, double>{{2, 5}}));
  on(0).execute("import norms as n; z = n.get_norms([6.0, 8.0])").get();
  EXPECT_EQ((on(0).get<std::map<double, double>>("z")), (std::map<double, double>{{2, 10}}));
  rc().all().execute("import norms; y = norms.get_norms([5.0, 12.0])").get();
  EXPECT_EQ((on(1).get<std::map<double, double>>("y")), (std::map<double, double>{{2, 13}}));
}

TEST_F(DeliveryTest, AnImportIsOfTheBuildThatTheCallerFindsWhateverTheEngineHas) {
  const std::string first = FIXTURE_PLUGINS "/generation_1", second = FIXTURE_PLUGINS "/generation_2";
  setenv("ENGINERY_PLUGIN_PATH", first.c_str(), 1);
  start_engines(1, "--load generation");
  const auto generation = [&] { return on(0).apply_sync<std::int64_t>("generation.generation"); };
  EXPECT_EQ(generation(), 1);
  // The same client looks elsewhere now, as one from another shell does; the engine still finds the first build.
  setenv("ENGINERY_PLUGIN_PATH", second.c_str(), 1);
  on(0).execute("import generation").get();
  EXPECT_EQ(generation(), 2);
  on(0).execute("del generation; import generation").get();
  EXPECT_EQ(generation(), 2);
  ASSERT_EQ(run("exec 'import generation as g'"), 0);
  EXPECT_EQ(on(0).apply_sync<std::int64_t>("g.generation"), 2);
  setenv("ENGINERY_PLUGIN_PATH", first.c_str(), 1);
  on(0).execute("import generation").get();
  EXPECT_EQ(generation(), 1);
}

TEST_F(DeliveryTest, AnImportThatFindsNothingSaysWhereBothLookedAndOneThatTakesAnOldBuildSaysSo) {
  setenv("ENGINERY_PLUGIN_PATH", FIXTURE_PLUGINS "/generation_1", 1);
  start_engines(1, "");
  setenv("ENGINERY_PLUGIN_PATH", "/the/clients", 1);
  EXPECT_THAT(error_of([&] { on(0).execute("import nowhere").get(); }),
              AllOf(HasSubstr("not where the client looked, in /the/clients, "),
                    HasSubstr("nor where this engine looked, in " FIXTURE_PLUGINS "/generation_1, ")));
  const auto found_there = on(0).execute("import generation");
  found_there.get();
  EXPECT_EQ(found_there.err(), "") << "the engine's own folders are meant to be used";
  setenv("ENGINERY_PLUGIN_PATH", FIXTURE_PLUGINS, 1);
  on(0).execute("import norms").get();
  setenv("ENGINERY_PLUGIN_PATH", "/the/clients", 1);
  const auto old = on(0).execute("import norms");
  old.get();
  EXPECT_THAT(old.err(), AllOf(HasSubstr("import norms: neither the client nor this engine finds a file of that name "
                                         "now; it is " FIXTURE_PLUGINS "/norms.so, build "),
                               EndsWith("\n")));
}

TEST_F(DeliveryTest, AModuleAndTheUsersOwnLibrariesAreBroughtToAHostOnce) {
  start_engines(4, "");
  const std::string script = copy_chained();
  rc().all().run(script).get();
  EXPECT_THAT(rc().all().apply_sync<std::int64_t>("next_answer"), Each(43));
  EXPECT_EQ(code_bytes(), size_of_mine());
  for (const std::size_t id : {0, 3})
    EXPECT_THAT(maps(id), AllOf(HasSubstr((folder_ / "cache").string()), Not(HasSubstr((folder_ / "mine").string()))));
  Client second;
  second.all().run(script).get();
  EXPECT_EQ(code_bytes(), size_of_mine());
}

TEST_F(DeliveryTest, AnEngineThatComesLaterFindsItInTheCache) {
  start_engines(1, "");
  const std::string script = copy_chained();
  on(0).run(script).get();
  client_.reset();
  ASSERT_EQ(run("stop"), 0);
  start_engines(1, "");
  on(0).run(script).get();
  EXPECT_EQ(on(0).apply_sync<std::int64_t>("next_answer"), 43);
  EXPECT_EQ(code_bytes(), 0u);
}

TEST_F(DeliveryTest, ALibraryThatTheUsersLibraryNeedsAndIsNowhereIsNamed) {
  start_engines(1, "");
  copy("chained/libfixture_middle.so");
  const std::string script = copy("chained/chained.so");
  EXPECT_THAT(error_of([&] { on(0).run(script).get(); }),
              AllOf(HasSubstr("libfixture_middle.so: stage dependency: it needs libfixture_answer.so"),
                    HasSubstr("Install that library")));
  copy("beside/libfixture_answer.so");
  on(0).run(script).get();
  EXPECT_EQ(on(0).apply_sync<std::int64_t>("next_answer"), 43);
}

TEST_F(DeliveryTest, AnotherBuildOfALibraryIsBroughtBesideTheOneThatIsLoaded) {
  start_engines(2, "");
  rc().all().run(copy_chained()).get();
  const std::string script = copy("beside/beside.so", "other/beside.so");
  copy("other_answer/libfixture_answer.so", "other/libfixture_answer.so");
  rc().all().run(script).get();
  EXPECT_THAT(rc().all().apply_sync<std::int64_t>("answer"), Each(43));
  EXPECT_THAT(rc().all().apply_sync<std::int64_t>("next_answer"), Each(43)) << "the old one's, and one";
  EXPECT_EQ(code_bytes(), size_of_mine());
  for (const std::size_t id : {0, 1}) EXPECT_THAT(maps(id), Not(HasSubstr((folder_ / "mine").string())));
}

TEST_F(DeliveryTest, AModuleOfWhichOnlyTheLibraryWasBuiltAgainRunsTheNewOne) {
  start_engines(1, "");
  const std::string script = copy("beside/beside.so");
  const std::string library = copy("beside/libfixture_answer.so");
  on(0).run(script).get();
  EXPECT_EQ(on(0).apply_sync<std::int64_t>("answer"), 42);
  fs::remove(library);  // as a linker does
  copy("other_answer/libfixture_answer.so", "beside/libfixture_answer.so");
  on(0).run(script).get();
  EXPECT_EQ(on(0).apply_sync<std::int64_t>("answer"), 43);
  fs::remove(library);
  copy("beside/libfixture_answer.so");
  on(0).run(script).get();
  EXPECT_EQ(on(0).apply_sync<std::int64_t>("answer"), 42);
}

TEST_F(DeliveryTest, ALibraryThatIsNewToTheHostIsProbedAlsoWhenTheModuleIsNot) {
  const std::string script = copy("beside/beside.so"), library = copy("beside/libfixture_answer.so");
  start_engines(1, "");
  on(0).run(script).get();
  client_.reset();
  ASSERT_EQ(run("stop"), 0);
  fs::remove(library);
  copy("aborting_answer/libfixture_answer.so", "beside/libfixture_answer.so");
  start_engines(1, "");
  const int engine = process(0);
  EXPECT_THAT(error_of([&] { on(0).run(script).get(); }), AllOf(HasSubstr("stage dlopen"), HasSubstr("SIGABRT")));
  EXPECT_EQ(process(0), engine);
  on(0).execute("b = 1").get();
}

TEST_F(DeliveryTest, ABusyEngineTakesCodeAndTheCallReturnsAtOnce) {
  start_engines(1);
  const std::string fifo = folder_ / "fifo", script = copy_large();
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const auto busy = on(0).apply_async("testing.print_and_wait", "", fifo);
  const auto ran = on(0).run(script);
  EXPECT_FALSE(ran.ready());
  wait_until([&] { return code_bytes() == size_of_mine(); });
  EXPECT_EQ(status().engines.at(0).task, "testing.print_and_wait");
  EXPECT_FALSE(busy.ready());
  std::ofstream(fifo).put('!');
  ran.get();
  EXPECT_EQ(on(0).get<std::int64_t>("a"), 5);
}

TEST_F(DeliveryTest, WhatFollowsACallThatWaitsForCodeRunsAfterIt) {
  start_engines(1, "");
  on(0)["a"] = 1;
  const std::string script = copy_large();
  const auto before = on(0).execute("b = a");
  const auto ran = on(0).run(script);
  const auto after = on(0).execute("c = a; a = 7");
  std::vector<AsyncResult<void>> many;
  for (int i = 0; i < 1000; ++i) many.push_back(on(0).execute("a += 1"));
  EXPECT_EQ(Value(on(0).pull({"a", "b", "c"})).repr(), "[1007, 1, 5]");
}

TEST_F(DeliveryTest, ACallThatWaitsForCodeCanBeAborted) {
  start_engines(1, "");
  const int engine = process(0);
  ASSERT_TRUE(send_signal(engine, SIGSTOP));
  const auto ran = on(0).run(copy("myscript.so"));
  const auto after = on(0).execute("b = 1");
  ran.abort();
  EXPECT_THAT(thrown_by<TaskAborted>([&] { ran.get(Seconds(10)); }), HasSubstr("aborted before it started"));
  EXPECT_FALSE(after.ready());
  ASSERT_TRUE(send_signal(engine, SIGCONT));
  after.get();
  EXPECT_THAT(on(0).keys(), testing::ElementsAre("b"));
}

TEST_F(DeliveryTest, WhatWaitsForCodeIsBoundedAndGivesItsRoomBack) {
  start_engines(1, "");
  const int engine = process(0);
  const std::string most(40u << 20, 'x');  // two of these are more than may wait
  for (const char* const script : {"myscript.so", "generation_1/generation.so"}) {
    ASSERT_TRUE(send_signal(engine, SIGSTOP));
    const auto ran = on(0).run(copy(script));
    const auto push = [&](const char* name) {
      return std::async(std::launch::async, [this, name, &most] { return on(0).push({{name, most}}); });
    };
    const auto start = std::chrono::steady_clock::now();
    auto first = push("x");
    if (first.wait_for(Seconds(30)) != std::future_status::ready) {
      send_signal(engine, SIGKILL);  // so that it returns
      FAIL() << "what has passed still takes room";
    }
    const auto long_enough = 5 * (std::chrono::steady_clock::now() - start) + std::chrono::milliseconds(100);
    auto second = push("y");
    EXPECT_EQ(second.wait_for(long_enough), std::future_status::timeout) << "nothing bounds what waits";
    ASSERT_TRUE(send_signal(engine, SIGCONT));
    first.get().get();
    second.get().get();
    ran.get();
  }
}

TEST_F(DeliveryTest, WhatFindsNoRoomBehindTheGateGoesOnWhenThereIsSome) {
  start_engines(1);
  const std::string fifo = folder_ / "fifo", most(40u << 20, 'x');  // of two, one goes ahead and one is queued
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const auto busy = on(0).apply_async("testing.print_and_wait", "", fifo);
  const auto ahead = on(0).push({{"x", most}}), queued = on(0).push({{"x", most}});
  const int engine = process(0);
  ASSERT_TRUE(send_signal(engine, SIGSTOP));
  const auto ran = on(0).run(copy("myscript.so")), after = on(0).push({{"y", most}});
  ASSERT_TRUE(send_signal(engine, SIGCONT));
  wait_until([&] { return code_bytes() == size_of_mine(); });
  std::ofstream(fifo).put('!');
  after.get(Seconds(60));
  EXPECT_EQ(on(0).get<std::int64_t>("a"), 5);
}

TEST_F(DeliveryTest, WhenTheEngineDiesWhatWaitsForCodeFails) {
  start_engines(1, "");
  const int engine = process(0);
  ASSERT_TRUE(send_signal(engine, SIGSTOP));
  const auto ran = on(0).run(copy("myscript.so")), after = on(0).execute("b = 1");
  ASSERT_TRUE(send_signal(engine, SIGKILL));
  for (const auto* result : {&ran, &after})
    EXPECT_THAT(thrown_by<EngineDied>([&] { result->get(Seconds(30)); }), HasSubstr("signal 9"));
}

TEST_F(DeliveryTest, AnEngineThatDiesWithItsHubIsMissedByTheClientItself) {
  start_engines(1, "");
  const ClusterStatus cluster = status();
  const int engine = cluster.engines.at(0).pid;
  ASSERT_TRUE(send_signal(engine, SIGSTOP));
  const auto ran = on(0).run(copy("myscript.so"));
  ASSERT_TRUE(send_signal(cluster.hub_pid, SIGKILL));
  ASSERT_TRUE(send_signal(engine, SIGKILL));
  EXPECT_THAT(thrown_by<EngineDied>([&] { ran.get(Seconds(30)); }), HasSubstr("its process is gone"));
}

TEST_F(DeliveryTest, WhenAWholeClusterHasEndedItsClientsHaveNoEngines) {
  start_engines(2, "");
  const auto ran = on(0).run(copy("myscript.so"));
  ran.get(Seconds(30));
  ASSERT_TRUE(send_signal(Connection::find().launcher.pid, SIGKILL));
  // Of the second one nothing is outstanding.
  while (!rc().ids().empty()) thrown_by<EngineDied>([&] { on(0).execute("a = 1").get(Seconds(30)); });
  EXPECT_THROW(rc().wait_for_engines(1, Seconds(0)), ConnectionError);
  EXPECT_THAT(thrown_by<NoEnginesRegistered>([&] { rc().all().execute("a = 1"); }), HasSubstr("[0, 1] died"));
}

TEST_F(DeliveryTest, WhenTheClientGoesWhatWaitsForCodeFails) {
  start_engines(1, "");
  const int engine = process(0);
  ASSERT_TRUE(send_signal(engine, SIGSTOP));
  const auto ran = on(0).run(copy("myscript.so"));
  client_.reset();
  EXPECT_THAT(thrown_by<ConnectionError>([&] { ran.get(Seconds(30)); }), HasSubstr("was destroyed"));
  ASSERT_TRUE(send_signal(engine, SIGCONT));
}

TEST_F(DeliveryTest, ACacheWithoutRoomFailsTheCallsThatNeedItAndNoOthers) {
  setenv("ENGINERY_CACHE", "/dev/null/cache", 1);
  start_engines(1, "");
  const std::string script = copy("myscript.so");
  const auto ran = on(0).run(script);
  const auto after = on(0).execute("b = 1");
  EXPECT_THAT(thrown_by<ConnectionError>([&] { ran.get(); }),
              AllOf(HasSubstr("engine 0 does not take the module '" + script), HasSubstr("Set ENGINERY_CACHE")));
  after.get();
  EXPECT_EQ(on(0).get<std::int64_t>("b"), 1);
}

TEST_F(DeliveryTest, AnEngineThatIsKilledInTheMiddleLeavesNothingHalf) {
  start_engines(2, "");
  const std::string script = copy_large();
  const int engine = process(0);
  const auto ran = on(0).run(script);
  wait_until([&] { return unfinished() == 1 || ran.ready(); });
  ASSERT_TRUE(send_signal(engine, SIGKILL));
  EXPECT_THAT(thrown_by<EngineDied>([&] { ran.get(Seconds(30)); }), HasSubstr("signal 9"));
  EXPECT_EQ(unfinished(), 1u);
  on(1).run(script).get();
  EXPECT_EQ(on(1).get<std::int64_t>("a"), 5);
  EXPECT_EQ(unfinished(), 0u) << "its remains are still there";
}

TEST_F(DeliveryTest, AClientThatIsKilledInTheMiddleHoldsUpNobody) {
  start_engines(1, "");
  const std::string script = copy_large();
  {
    testing_processes::Command client({script}, -1, RUN_SCRIPT);
    wait_until([&] { return unfinished() == 1; });
    client.signal(SIGKILL);
    EXPECT_EQ(client.finish(), 128 + SIGKILL);
  }
  EXPECT_EQ(unfinished(), 1u);
  on(0).run(script).get();
  EXPECT_EQ(on(0).get<std::int64_t>("a"), 5);
  EXPECT_EQ(unfinished(), 0u);
}

}  // namespace
}  // namespace enginery
