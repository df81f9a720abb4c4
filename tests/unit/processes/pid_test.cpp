// tests/unit/processes/pid_test.cpp: signals go to the process that is meant, and to no group or host full of others.
#include "core/processes/pid.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

#include "core/processes/spawn.hpp"

namespace enginery::cluster {
namespace {

using testing::HasSubstr;

/// The signal that ended it.
int ending_of(const Started& process) {
  pollfd end{process.pidfd.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&end, 1, 30'000), 1);
  int status = 0;
  ::waitpid(process.pid.number(), &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST(PidTest, WhatIsNoProcessIsRefusedWithWords) {
  constexpr std::int64_t kTooLarge = std::int64_t{std::numeric_limits<int>::max()} + 1;
  for (const std::int64_t none : {std::int64_t{0}, std::int64_t{-1}, -std::int64_t{::getpid()}, kTooLarge}) {
    std::string words;
    try {
      send_signal(none, 0);
    } catch (const ValueError& error) {
      words = error.what();
    }
    EXPECT_THAT(words, HasSubstr(std::to_string(none) + " is no process's id, so no signal goes there"));
  }
}

TEST(PidTest, ASignalGoesToOneProcess) {
  const Started sleeper = spawn({"/bin/sleep", {"600"}});
  EXPECT_TRUE(send_signal(sleeper.pid, SIGTERM));
  EXPECT_EQ(ending_of(sleeper), SIGTERM);
  EXPECT_FALSE(send_signal(sleeper.pid, 0)) << "it has gone";
  EXPECT_EQ(errno, ESRCH);
}

TEST(PidTest, ASignalToAGroupGoesToThoseThatItsLeaderHasStarted) {
  const Started shell = spawn({"/bin/sh", {"-c", "sleep 600 & echo begun >&3; wait"}});
  pollfd link{shell.link.get(), POLLIN, 0};
  char words[16];
  ASSERT_EQ(::poll(&link, 1, 30'000), 1);
  ASSERT_EQ(::read(shell.link.get(), words, sizeof words), 6);
  EXPECT_TRUE(signal_group(shell.pid, SIGKILL));
  EXPECT_EQ(ending_of(shell), SIGKILL);
  EXPECT_EQ(::poll(&link, 1, 30'000), 1) << "the sleeper lives, who holds the link open";
}

TEST(PidTest, TheGroupOfTheFirstProcessIsNotEveryProcess) {
  EXPECT_FALSE(signal_group(1, 0));
  EXPECT_EQ(errno, EPERM);
}

/// How a process that leads a group of its own ends, as waitpid says it, when it runs this.
template <class F>
int end_of_leader(const F& run) {
  const pid_t leader = ::fork();
  if (leader == 0) {
    ::setpgid(0, 0);
    ::_exit(run());
  }
  int status = 0;
  EXPECT_EQ(::waitpid(leader, &status, 0), leader);
  return status;
}

TEST(PidTest, AProcessKillsTheGroupThatItLeadsAndNoOther) {
  const int leader = end_of_leader([] {
    kill_own_group();
    return 1;
  });
  EXPECT_TRUE(WIFSIGNALED(leader) && WTERMSIG(leader) == SIGKILL) << leader;
  const int led = end_of_leader([] {
    const pid_t member = ::fork();
    if (member == 0) {
      kill_own_group();
      ::_exit(7);
    }
    int status = 0;
    ::waitpid(member, &status, 0);
    return WEXITSTATUS(status);
  });
  EXPECT_TRUE(WIFEXITED(led) && WEXITSTATUS(led) == 7) << led;
}

TEST(PidTest, WhatIsLeftOfAGroupIsKilledOnceItsLeaderHasEndedByItself) {
  int link[2];
  ASSERT_EQ(::pipe(link), 0);
  const int leader = end_of_leader([] {
    if (::fork() == 0)
      for (;;) ::pause();
    kill_own_group_after_this();
    return ::waitpid(-1, nullptr, WNOHANG) == 0 ? 5 : 6;
  });
  EXPECT_TRUE(WIFEXITED(leader) && WEXITSTATUS(leader) == 5) << leader;
  ::close(link[1]);
  pollfd gone{link[0], POLLIN, 0};
  EXPECT_EQ(::poll(&gone, 1, 30'000), 1) << "the member lives, who holds the pipe open";
  ::close(link[0]);
}

}  // namespace
}  // namespace enginery::cluster
