// tests/process/restart_test.cpp: engines that die, or are ended on request, and come back.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>

#include "tests/process/restart_fixture.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

int add(int a, int b) { return a + b; }
void sleep_long() { std::this_thread::sleep_for(1h); }

class RestartTest : public RestartingTest {};

TEST_F(RestartTest, AnEngineThatDiesComesBackWithItsIdAndTheOthersAreUntouched) {
  start_engines(2, "--restart --load system");
  on(0)["a"] = 1;
  on(1)["a"] = 7;
  const std::int64_t former = pid(0), other = pid(1);
  const auto running = on(0).apply_async(sleep_long);
  send_signal(former, SIGKILL);
  EXPECT_EQ(death_of(running).how(), "signal 9 (Killed)");
  ASSERT_TRUE(comes_back(0, former)) << "its plugins are loaded, too";
  EXPECT_THAT(rc().ids(), ElementsAre(0, 1));
  EXPECT_THAT(error_of([&] { on(0).pull<int>("a"); }), HasSubstr("NameError"));
  EXPECT_EQ(pid(1), other);
  EXPECT_EQ(on(1).pull<int>("a"), 7);
}

TEST_F(RestartTest, WithoutRestartItStaysDead) {
  start_engines(2);
  send_signal(pid(0), SIGKILL);
  EXPECT_TRUE(comes([&] { return rc().ids() == std::vector{1}; }));
  EXPECT_EQ(output_of("status --name " + name_).find("restarting"), std::string::npos);
  send_signal(pid(1), SIGKILL);
  EXPECT_TRUE(comes([&] { return rc().ids().empty(); }));
  const char* const words = "has no engines left: [0, 1] died. `enginery status --name test-";
  EXPECT_THAT(error_of([&] { rc()[-1]; }), HasSubstr(words));
  EXPECT_THAT(error_of([&] { rc().all().apply(::getpid); }), HasSubstr(words));
  EXPECT_EQ(death_of(on(0).apply_async(::getpid)).engine_id(), 0) << "as when others live";
  rc().restart(0);
  EXPECT_GT(pid(0), 0);
}

TEST_F(RestartTest, AFunctionOfThisProgramIsBroughtToTheNewProcess) {
  start_engines(1, "");
  EXPECT_EQ(on(0).apply_sync(add, 1, 2), 3);
  rc().restart(0);
  EXPECT_EQ(on(0).apply_sync(add, 3, 4), 7);
}

TEST_F(RestartTest, PluginsThatClientsHadImportedAreImportedAgain) {
  start_engines(1, "");
  const std::filesystem::path plugin = folder_ / "norms.so";
  std::filesystem::copy_file(FIXTURE_PLUGINS "/norms.so", plugin);
  ::setenv("ENGINERY_PLUGIN_PATH", folder_.c_str(), 1);  // the client's, not the engine's
  on(0).sync_imports({"norms"});
  on(0).execute("import system").get();
  std::filesystem::remove(plugin);
  rc().restart(0);
  on(0).execute("n = str(norms)").get();
  EXPECT_EQ(on(0).pull<std::string>("n"), "<module 'norms'>") << "from the cache";
  EXPECT_GT(on(0).apply_sync<std::int64_t>("system.getpid"), 0);
  rc().kill(0);
  on(0).execute("n = str(norms)").get();
  EXPECT_EQ(on(0).pull<std::string>("n"), "<module 'norms'>") << "and once more";
}

TEST_F(RestartTest, WhatCanTravelIsKeptWhereARestartIsToldSo) {
  start_engines(1, "--load system");
  on(0)["a"] = 5;
  on(0)["x"] = std::vector<double>{1, 2};
  on(0).apply_sync([] { globals()["thing"] = Value::opaque(std::make_shared<std::mutex>()); });
  const std::int64_t former = pid(0);
  EXPECT_THAT(rc().restart(0, {.keep = true}), ElementsAre("thing"));
  EXPECT_NE(pid(0), former) << "the plugin is there, too";
  EXPECT_EQ(on(0).pull<int>("a"), 5);
  EXPECT_EQ(on(0).pull<std::vector<double>>("x"), (std::vector<double>{1, 2}));
  EXPECT_EQ(run("restart 0 --keep"), 0);
  EXPECT_EQ(on(0).pull<int>("a"), 5);
  EXPECT_THAT(rc().restart(0, {.timeout = Seconds(60)}), ElementsAre());
  EXPECT_THAT(error_of([&] { on(0).pull<int>("a"); }), HasSubstr("NameError"));
}

TEST_F(RestartTest, ABusyEnginesVariablesCannotBeKeptSoItIsNotRestarted) {
  start_engines(1, "");
  const auto running = on(0).apply_async(sleep_long);
  EXPECT_THAT(error_of([&] { rc().restart(0, {.timeout = Seconds(0.2), .keep = true}); }),
              HasSubstr("runs something else for longer than 0.2 s, so its variables cannot be kept"));
  EXPECT_FALSE(running.ready());
  rc().kill(0);
}

TEST_F(RestartTest, ARestartEndsWhatRunsAndReturnsWhenTheEngineIsBack) {
  start_engines(2, "--load system");
  const std::int64_t former = pid(0), other = pid(1);
  const auto running = on(0).apply_async(sleep_long);
  const auto queued = on(0).apply_async(add, 1, 2);
  ASSERT_TRUE(comes([&] { return output_of("status --name " + name_).find("busy") != std::string::npos; }));
  rc().restart(0);
  EXPECT_NE(pid(0), former);
  EXPECT_EQ(pid(1), other);
  EXPECT_EQ(death_of(running).how(), "restarted on request");
  EXPECT_EQ(death_of(running).state(), AtDeath::running);
  EXPECT_EQ(death_of(queued).state(), AtDeath::not_started);
  EXPECT_EQ(death_of(queued).how(), "restarted on request");
}

TEST_F(RestartTest, AKillEndsAnEngineThatIsStoppedAndItComesBack) {
  start_engines(1, "--load system");
  const std::int64_t former = pid(0);
  send_signal(former, SIGSTOP);
  const auto waiting = on(0).apply_async(add, 1, 2);
  rc().kill(0);
  EXPECT_NE(pid(0), former);
  EXPECT_EQ(death_of(waiting).how(), "killed on request");
}

TEST_F(RestartTest, ARestartKillsAnEngineThatDoesNotGo) {
  start_engines(1, "--load system");
  const std::int64_t former = pid(0);
  send_signal(former, SIGSTOP);
  rc().restart(0);
  EXPECT_NE(pid(0), former);
}

TEST_F(RestartTest, AnEngineThatDiedCanBeStartedAgain) {
  start_engines(1, "--load system");
  send_signal(pid(0), SIGKILL);
  ASSERT_TRUE(comes([&] { return rc().ids().empty(); }));
  const std::string status = output_of("status --name " + name_);
  EXPECT_THAT(status, HasSubstr(", 0 of 1 engine\n"));
  EXPECT_THAT(status, HasSubstr("engine 0 died (signal 9 (Killed)); `enginery restart 0 --name " + name_ +
                                "` starts it anew\n"));
  rc().restart(0);
  EXPECT_THAT(rc().ids(), ElementsAre(0));
  EXPECT_GT(pid(0), 0);
}

TEST_F(RestartTest, TheCommandsDoTheSame) {
  start_engines(1, "--load system");
  const std::int64_t first = pid(0);
  EXPECT_EQ(output_of("restart 0 --name " + name_), "enginery: engine 0 is back\n");
  const std::int64_t second = pid(0);
  EXPECT_NE(second, first);
  EXPECT_EQ(output_of("kill 0 --name " + name_), "enginery: engine 0 was killed, and is back\n");
  EXPECT_NE(pid(0), second);
  EXPECT_EQ(output_of("restart 5 --name " + name_),
            "enginery: there is no engine 5, and there never was; `enginery status` lists them\n");
}

TEST_F(RestartTest, AnEngineThatThereNeverWasIsAnIndexError) {
  start_engines(1);
  EXPECT_THROW(rc().restart(7), IndexError);
  EXPECT_THROW(rc().kill(7), IndexError);
  EXPECT_THROW(rc().restart(-3), IndexError);
}

TEST_F(RestartTest, AnEngineThatJoinedByItselfCanBeKilledButNotRestarted) {
  start_engines(1);
  join();
  rc().wait_for_engines(2, Seconds(30));
  EXPECT_THAT(error_of([&] { rc().restart(1); }), HasSubstr("engine 1 joined by itself"));
  const auto running = on(1).apply_async(sleep_long);
  rc().kill(1);
  EXPECT_EQ(death_of(running).how(), "killed on request");
  EXPECT_THAT(rc().ids(), ElementsAre(0));
  EXPECT_THAT(error_of([&] { rc().kill(1); }), HasSubstr("engine 1 is gone already (killed on request)"));
  EXPECT_THAT(error_of([&] { rc().restart(1); }), HasSubstr("`enginery engine` starts another"));
}

TEST_F(RestartTest, AnEngineThatJoinedByItselfLeavesAtASignal) {
  start_engines(1);
  const int process = join();
  rc().wait_for_engines(2, Seconds(30));
  EXPECT_EQ(pid(1), process);
  const auto running = on(1).apply_async(sleep_long);
  ASSERT_TRUE(send_signal(process, SIGTERM));
  int status = -1;
  EXPECT_EQ(::waitpid(process, &status, 0), process);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(death_of(running).how(), "left");
}

TEST_F(RestartTest, AnEngineThatDiesAgainAndAgainIsGivenUpUntilSomebodyRestartsIt) {
  start_engines(1, "--restart=2 --load system");
  const std::int64_t first = pid(0);
  send_signal(first, SIGKILL);
  ASSERT_TRUE(comes_back(0, first));
  send_signal(pid(0), SIGKILL);
  EXPECT_TRUE(comes([&] { return output_of("status --name " + name_).find("given up") != std::string::npos; }));
  std::ifstream log(connection().directory / "launcher.log");
  const std::string text{std::istreambuf_iterator<char>(log), {}};
  EXPECT_THAT(text, HasSubstr("died: signal 9 (Killed); 0 of 1 engines left; it died 2 times in a row, each within 60 "
                              "s of its start, and is given up. `enginery restart 0 --name " +
                              name_ + "` starts it again"));
  rc().restart(0);
  EXPECT_GT(pid(0), 0);
}

TEST_F(RestartTest, AnEngineThatDiesAsItIsStartedAnewIsSaidAtOnce) {
  const auto plugins = folder_ / "plugins";
  for (const char* const restart : {"", "--restart=1 "}) {
    std::filesystem::create_directory(plugins);
    std::filesystem::copy(std::filesystem::path(FIXTURE_PLUGINS) / "norms.so", plugins / "norms.so");
    setenv("ENGINERY_PLUGIN_PATH", plugins.c_str(), 1);
    start_engines(1, std::string(restart) + "--load norms");
    std::filesystem::remove_all(plugins);
    const std::string words = error_of([&] { rc().restart(0, Seconds(60)); });
    EXPECT_THAT(words, StartsWith("engine 0 died (exit status 1, before it took tasks again; see "));
    EXPECT_THAT(output_of("status --name " + name_), HasSubstr("given up"));
    started_ = run("stop") != 0;
  }
}

TEST_F(RestartTest, AnEngineThatDoesNotComeBackInTimeIsATimeoutError) {
  start_engines(1, "--load system");
  send_signal(connection().launcher.pid, SIGSTOP);
  EXPECT_THAT(error_of([&] { rc().restart(0, 1s); }),
              HasSubstr("engine 0 is not back within 1 s; `enginery status --name " + name_));
  send_signal(connection().launcher.pid, SIGCONT);
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
