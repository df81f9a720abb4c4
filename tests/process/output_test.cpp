// tests/process/output_test.cpp: what tasks print, in their metadata and live, and what the engine keeps for itself.
#include <signal.h>
#include <sys/stat.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <regex>
#include <sstream>
#include <thread>

#include <enginery/connection.hpp>

#include "tests/process/cluster_fixture.hpp"
#include "tests/process/watched_stream.hpp"
#include "tests/sanitized.hpp"

namespace enginery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class OutputTest : public ClusterTest {
 protected:
  std::string printed(const std::string& text, const std::string& how) {
    const auto result = on(0).apply_async("testing.print", text, how);
    result.get();
    EXPECT_EQ(how == "cerr" ? result.out() : result.err(), "") << how;
    return how == "cerr" ? result.err() : result.out();
  }
  /// Where tasks wait until release() is called.
  std::string gate() {
    const std::string path = folder_ / "gate";
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    return path;
  }
  static void release(const std::string& gate) { std::ofstream(gate).put('.'); }
  static std::string log_of(int id) {
    std::ifstream file(Connection::find("").directory / ("engine-" + std::to_string(id) + ".log"));
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
};

TEST_F(OutputTest, EveryWayOfPrintingIsCaptured) {
  start_engines(1);
  for (const std::string how : {"printf", "cout", "write", "child", "cerr"}) {
    EXPECT_EQ(printed("by " + how, how), "by " + how);
    EXPECT_EQ(printed("two\nlines\n", how), "two\nlines\n") << how;
  }
  EXPECT_EQ(on(0).apply_async("testing.nothing").out(), "");
}

TEST_F(OutputTest, ATaskThatClosesStdoutDoesNotTakeItFromTheNext) {
  start_engines(1);
  on(0).execute("import rude").get();
  on(0).apply_sync("rude.close_stdout");
  EXPECT_EQ(printed("still here", "write"), "still here");
}

TEST_F(OutputTest, AWriteToABrokenPipeIsAnErrorAndNotTheEnginesEnd) {
  start_engines(1);
  on(0).execute("import rude").get();
  EXPECT_EQ(on(0).apply_sync<int>("rude.write_to_nobody"), EPIPE);
}

TEST_F(OutputTest, APluginThatPrintsMoreThanAPipeHoldsWhileItIsOpenedIsImported) {
  setenv("ENGINERY_PLUGIN_PATH", FIXTURE_PLUGINS "/noisy", 1);
  start_engines(1, "");
  const auto imported = on(0).execute("import noisy");
  imported.get(Seconds(30));
  EXPECT_EQ(imported.err().size(), 2'000'000u);
  EXPECT_TRUE(on(0).apply_sync<bool>("noisy.has_printed"));
}

TEST_F(OutputTest, WhatAFailedTaskPrintedIsInItsMetadata) {
  start_engines(1);
  const auto result = on(0).apply_async("testing.print_and_fail", "before the end");
  EXPECT_THAT(error_of([&] { result.get(); }), HasSubstr("it printed and failed"));
  EXPECT_EQ(result.out(), "before the end");
  EXPECT_EQ(result.metadata().out, "before the end");
}

TEST_F(OutputTest, OutputIsCompleteWithTheResultAndTasksDoNotMix) {
  start_engines(1);
  for (int i = 0; i < 1000; ++i) {
    const std::string text = std::to_string(i);
    ASSERT_EQ(printed(text, i % 2 ? "printf" : "cerr"), text);
  }
  std::vector<AsyncResult<Value>> results;
  for (int i = 0; i < 1000; ++i)
    results.push_back(on(0).apply_async("testing.print", std::to_string(i), i % 2 ? "write" : "printf"));
  for (int i = 0; i < 1000; ++i) {
    results[i].get();
    ASSERT_EQ(results[i].out(), std::to_string(i));
  }
}

TEST_F(OutputTest, SeveralEnginesOutputIsInTargetOrder) {
  start_engines(2);
  rc()[{0}].push({{"word", "zero"}}).get();
  rc()[{1}].push({{"word", "one"}}).get();
  const auto results = rc()[{1, 0}].apply_async("testing.print", Reference("word"));
  results.get();
  EXPECT_THAT(results.out(), ElementsAre("one", "zero"));
  EXPECT_THAT(results.err(), ElementsAre("", ""));
}

TEST_F(OutputTest, MuchTextIsCutWithASentenceAndCostsNoMemory) {
  start_engines(1);
  const auto resident = [this] {
    std::ifstream file("/proc/" + std::to_string(pid(0)) + "/statm");
    std::size_t total = 0, pages = 0;
    file >> total >> pages;
    return pages * 4096;
  };
  const std::size_t before = resident();
  const std::string line = std::string(9999, 'x') + "\n";
  const auto result = on(0).apply_async("testing.print_many", line, 10'000);
  result.get();
  constexpr std::size_t kKept = std::size_t{16} << 20;
  const std::string text = result.out();
  ASSERT_GT(text.size(), kKept);
  EXPECT_EQ(text.substr(0, line.size()), line);
  EXPECT_THAT(text.substr(kKept), HasSubstr("[enginery: " + std::to_string(100'000'000 - kKept) + " bytes more"));
  EXPECT_EQ(printed("small again", "printf"), "small again");
  if (!kSanitized) {
    EXPECT_LT(resident(), before + (std::size_t{64} << 20));
  }
}

TEST_F(OutputTest, TextNeedNotBeUtf8) {
  start_engines(1);
  const std::string bytes = "\xff\xfe broken \xc3\n";
  const auto result = on(0).apply_async("testing.print", bytes, "write");
  result.get();
  EXPECT_EQ(result.out(), bytes);
  std::ostringstream shown;
  shown << result.metadata();
  EXPECT_THAT(shown.str(), HasSubstr("broken"));
}

TEST_F(OutputTest, TheLastWordsOfADyingTaskAreInTheEnginesLog) {
  start_engines(3);
  std::vector<std::pair<std::string, std::string>> ends = {
      {"abort", "signal 6"}, {"overflow", "signal 11"}, {"exit", "exit status 3"}};
  if (kSanitized) ends.resize(1);  // the others it ends in its own way
  for (int id = 0; id < static_cast<int>(ends.size()); ++id) {
    const auto& [how, death] = ends[static_cast<std::size_t>(id)];
    on(id).apply_sync("testing.print", "of a task that lived", "printf");
    const std::string words = "the last words before " + how;
    EXPECT_THAT(error_of([&] { on(id).apply_sync("testing.crash", how, words); }), HasSubstr(death));
    EXPECT_THAT(log_of(id), HasSubstr(words));
    EXPECT_THAT(log_of(id), Not(HasSubstr("lived")));
  }
}

TEST_F(OutputTest, TextIsLiveBeforeItsTaskEnds) {
  start_engines(1);
  const std::string path = gate();
  WatchedStream out, err;
  OutputStream stream = on(0).stream_output(out, err);
  const auto result = on(0).apply_async("testing.print_and_wait", "a line\nand a part", path);
  EXPECT_TRUE(out.shows("[stdout:0] a line\n"));
  EXPECT_FALSE(result.ready());
  EXPECT_THAT(out.text(), Not(HasSubstr("part")));
  release(path);
  EXPECT_TRUE(out.shows("[stdout:0] and a part\n"));
  on(0).apply_sync("testing.print", "wrong", "cerr");
  stream.finish();
  EXPECT_EQ(err.text(), "[stderr:0] wrong\n");
  EXPECT_EQ(out.text(), "[stdout:0] a line\n[stdout:0] and a part\n");
}

TEST_F(OutputTest, AStreamMissesNothingBetweenItsBeginAndItsEnd) {
  start_engines(2);
  for (int round = 0; round < 20; ++round) {
    Client fresh;  // has no subscription yet
    if (round % 2) fresh[1].apply_sync("testing.nothing");
    std::ostringstream out, err;
    {
      const OutputStream stream = fresh.stream_output(out, err);
      fresh[1].apply_sync("testing.print", std::to_string(round), "printf");
    }
    EXPECT_EQ(out.str(), "[stdout:1] " + std::to_string(round) + "\n");
    EXPECT_EQ(err.str(), "");
  }
}

TEST_F(OutputTest, LinesOfTwoEnginesStayWhole) {
  start_engines(2);
  constexpr int kTimes = 20'000;
  const std::string line = "a line that is somewhat longer than one would think";
  std::ostringstream out, err;
  {
    const OutputStream stream = rc().all().stream_output(out, err);
    rc().all().apply_async("testing.print_many", line + "\n", kTimes).get();
  }
  EXPECT_EQ(err.str(), "");
  std::istringstream lines(out.str());
  int count[2] = {};
  for (std::string got; std::getline(lines, got);) {
    ASSERT_TRUE(got == "[stdout:0] " + line || got == "[stdout:1] " + line) << got;
    ++count[got[8] - '0'];
  }
  EXPECT_EQ(count[0], kTimes);
  EXPECT_EQ(count[1], kTimes);
}

TEST_F(OutputTest, AClientStreamsItsOwnTasksOnly) {
  start_engines(1);
  Client other;
  std::ostringstream out, err;
  {
    const OutputStream stream = rc().stream_output(out, err);
    other[0].apply_sync("testing.print", "theirs\n");
    on(0).apply_sync("testing.print", "ours\n");
    other[0].apply_sync("testing.print", "theirs\n");
  }
  EXPECT_EQ(out.str(), "[stdout:0] ours\n");
}

TEST_F(OutputTest, AStoppedOrDeadEngineDoesNotHoldUpAStream) {
  start_engines(2);
  const int stopped = static_cast<int>(pid(0)), killed = static_cast<int>(pid(1));
  WatchedStream out, err;
  const auto begin = std::chrono::steady_clock::now();
  {
    const OutputStream stream = rc().stream_output(out, err);
    on(1).apply_sync("testing.print", "seen", "printf");
    EXPECT_TRUE(out.shows("[stdout:1] seen\n"));  // what a killed engine has not sent yet dies with it
    send_signal(stopped, SIGSTOP);
    send_signal(killed, SIGKILL);
    EXPECT_THAT(error_of([&] { on(1).apply_sync("testing.nothing"); }), HasSubstr("signal 9"));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(8));
  send_signal(stopped, SIGCONT);
  EXPECT_EQ(out.text(), "[stdout:1] seen\n");
}

TEST_F(OutputTest, AnEngineThatJoinsLaterIsStreamedToo) {
  start_engines(1);
  WatchedStream out, err;
  const OutputStream stream = rc().stream_output(out, err);
  ASSERT_EQ(std::system((ENGINERY_COMMAND " engine --name " + name_ + " --load testing >/dev/null 2>&1 &").c_str()), 0);
  rc().wait_for_engines(2, Seconds(20));
  // Its subscription is not waited for, so the task goes on printing until it is seen.
  std::atomic<bool> seen = false;
  std::thread printer([&] {
    while (!seen) on(1).apply_sync("testing.print", "from the new one\n");
  });
  EXPECT_TRUE(out.shows("[stdout:1] from the new one\n"));
  seen = true;
  printer.join();
}

}  // namespace
}  // namespace enginery
