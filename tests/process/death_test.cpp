// tests/process/death_test.cpp: what the error of a task says when its engine has died.
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "tests/process/cluster_fixture.hpp"
#include "tests/process/watched_stream.hpp"
#include "tests/sanitized.hpp"

namespace enginery {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

void say_and_abort(const std::string& words) {
  std::fputs(words.c_str(), stderr);
  std::abort();
}
void say_and_exit(int status) {
  std::fputs("giving up\n", stderr);
  std::exit(status);
}
[[noreturn]] void say_and_wait(const std::string& words) {
  std::fputs(words.c_str(), stderr);
  for (;;) ::pause();
}
int overflow(int depth) {
  volatile char frame[4096] = {};
  return depth < 0 ? 0 : overflow(depth + 1) + frame[0];
}
[[gnu::noinline]] int read_nothing(const volatile int* place) { return *place + 1; }
int read_at(std::uint64_t address) {
  return 2 * read_nothing(reinterpret_cast<const int*>(address));  // NOLINT: it is to crash
}
int add(int a, int b) { return a + b; }

class DeathTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    start_engines(2, "");
    for (const int id : {0, 1}) pids_[static_cast<std::size_t>(id)] = on(id).apply_sync(::getpid);
  }
  /// A task of that client's on engine 0 which says those words, and waits for ever; its words have been read.
  static AsyncResult<void> start_and_hear(const Client& client, const std::string& words) {
    WatchedStream out, err;
    const OutputStream stream = client[0].stream_output(out, err);
    auto running = client[0].apply_async(say_and_wait, words);
    EXPECT_TRUE(err.shows(words));
    return running;
  }
  void kill(int id) const { send_signal(pids_[static_cast<std::size_t>(id)], SIGKILL); }

 private:
  std::array<pid_t, 2> pids_{};
};

TEST_F(DeathTest, TheTaskThatRanAndTheLastWordsAreInTheError) {
  const EngineDied error = death_of(on(0).apply_async(say_and_abort, "one\nAssertion `rows == cols' failed.\n"));
  EXPECT_THAT(error.what(),
              StartsWith("engine 0 died (signal 6 (Aborted)) while it ran enginery::say_and_abort. Its last words:\n"
                         "one\nAssertion `rows == cols' failed.\n"));
  EXPECT_THAT(error.what(), EndsWith("\n`enginery status` lists the engines that are left"));
  EXPECT_EQ(error.state(), AtDeath::running);
  EXPECT_EQ(error.ran(), "enginery::say_and_abort");
  EXPECT_EQ(error.last_words(), "one\nAssertion `rows == cols' failed.\n");
  EXPECT_EQ(on(1).apply_sync(add, 1, 2), 3);
}

TEST_F(DeathTest, HoweverItDies) {
  const auto killed = start_and_hear(rc(), "out of memory, it seems\n");
  kill(0);
  const EngineDied error = death_of(killed);
  EXPECT_EQ(error.how(), "signal 9 (Killed)");
  EXPECT_EQ(error.last_words(), "out of memory, it seems\n");
  EXPECT_EQ(error.ran(), "enginery::say_and_wait");
  EXPECT_EQ(error.traceback(), "") << "no handler has seen it";
  const EngineDied ended = death_of(on(1).apply_async(say_and_exit, 3));
  EXPECT_THAT(ended.how(), kSanitized ? StartsWith("exit status ") : StartsWith("exit status 3"));
  EXPECT_EQ(ended.last_words(), "giving up\n");
  EXPECT_EQ(ended.state(), AtDeath::running);
}

void becomes_another_program() { ::execl("/bin/sleep", "sleep", "30", nullptr); }

TEST_F(DeathTest, ATaskThatReplacesItsProgramHasEndedItsEngine) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(death_of(on(0).apply_async(becomes_another_program)).how(), HasSubstr("replaced its program by exec()"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10)) << "the program goes on for 30 s";
  EXPECT_EQ(on(1).apply_sync(add, 1, 2), 3);
}

TEST_F(DeathTest, ACrashSaysWhereItWasByTheNamesOfTheSource) {
  if (kSanitized) GTEST_SKIP() << "sanitizers end crashed processes in their own way";
  const EngineDied fault = death_of(on(0).apply_async(read_at, std::uint64_t{8}));
  EXPECT_EQ(fault.how(), "signal 11 (Segmentation fault)");
  EXPECT_THAT(fault.traceback(), HasSubstr("  at enginery::(anonymous namespace)::read_at(unsigned long) in "));
  EXPECT_THAT(fault.traceback(), MatchesRegex("(  at [^\n]*\n)*  at enginery::[^\n]*read_nothing[^\n]*"))
      << "innermost last";
  EXPECT_THAT(fault.what(), HasSubstr("while it ran enginery::read_at. It was:\n  at "));
  EXPECT_THAT(fault.what(), Not(AnyOf(HasSubstr("enginery::tasks"), HasSubstr("engine_main"))));
  const EngineDied aborted = death_of(on(1).apply_async(say_and_abort, "no\n"));
  EXPECT_THAT(aborted.traceback(),
              StartsWith("  at enginery::(anonymous namespace)::say_and_abort(std::string const&) in "))
      << "what calls tasks is left out";
}

TEST_F(DeathTest, AnOverflownStackSaysWhatRan) {
  const EngineDied error = death_of(on(0).apply_async(overflow, 0));
  EXPECT_EQ(error.ran(), "enginery::overflow");
  if (kSanitized) return;  // which end it in their own way
  EXPECT_EQ(error.how(), "signal 11 (Segmentation fault)");
  EXPECT_THAT(error.traceback(), HasSubstr("overflow(int) in "));
  EXPECT_THAT(error.traceback(), MatchesRegex("  \\(the innermost 48 of more\\)\n  at .* times\\).*"));
}

TEST_F(DeathTest, WhatWaitedBehindItHadNotStarted) {
  const auto running = start_and_hear(rc(), "busy\n");
  const auto queued = on(0).apply_async(add, 1, 2);
  kill(0);
  const EngineDied error = death_of(queued);
  EXPECT_EQ(error.state(), AtDeath::not_started);
  EXPECT_THAT(error.what(), HasSubstr("while it ran enginery::say_and_wait; enginery::add had not started"));
  EXPECT_THAT(error.what(), Not(HasSubstr("may have run")));
  const EngineDied late = death_of(on(0).apply_async(add, 1, 2));
  EXPECT_EQ(late.state(), AtDeath::not_started) << "it was submitted after the death";
}

TEST_F(DeathTest, WhatWaitedBehindAnotherClientsTaskHadNotStarted) {
  const Client other;
  other.wait_for_engines(2, Seconds(30));
  const auto running = start_and_hear(other, "not mine\n");
  const auto mine = on(0).apply_async(add, 1, 2);
  kill(0);
  const EngineDied error = death_of(mine);
  EXPECT_EQ(error.state(), AtDeath::not_started);
  EXPECT_EQ(error.item(), std::nullopt);
  EXPECT_THAT(error.what(), HasSubstr("while it ran enginery::say_and_wait; enginery::add had not started"));
  EXPECT_EQ(death_of(running).state(), AtDeath::running);
}

TEST_F(DeathTest, AFrozenViewNamesItsDeadEngine) {
  const MultiView frozen = rc()[{0, 1}];
  kill(0);
  while (rc().size() > 1) std::this_thread::yield();
  EXPECT_THAT(rc().ids(), ElementsAre(1));
  const auto results = frozen.apply_async(add, 1, 2);
  results.wait();
  EXPECT_THAT(error_of([&] { results.get(); }), HasSubstr("engine 0 died (signal 9 (Killed))"));
  EXPECT_EQ(results.get_each()[1].get(), 3);
  EXPECT_EQ(rc().all().apply_sync(add, 1, 2), std::vector<int>{3});
}

}  // namespace
}  // namespace enginery
