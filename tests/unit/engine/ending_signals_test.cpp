// tests/unit/engine/ending_signals_test.cpp: they come to the engine, and are nothing special for what tasks start.
#include "engine/ending.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include <gtest/gtest.h>

namespace enginery::engine {
namespace {

TEST(EndingSignalsTest, TheyAreHeardHereAndEndWhatTasksStart) {
  ::signal(SIGHUP, SIG_IGN);  // as nohup does
  const EndingSignals ending;
  const auto came = [&] {
    pollfd wait{ending.fd(), POLLIN, 0};
    std::uint64_t count = 0;
    return ::poll(&wait, 1, 0) == 1 && ::read(ending.fd(), &count, sizeof count) > 0;
  };
  EXPECT_FALSE(came());
  for (const int number : {SIGTERM, SIGINT}) {
    ::raise(number);
    EXPECT_TRUE(came()) << number;
  }
  ::raise(SIGHUP);
  EXPECT_FALSE(came());

  for (const int number : {SIGTERM, SIGINT}) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::raise(number);
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == number) << status;
  }
  const int status = std::system("kill -TERM $$");
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
  EXPECT_FALSE(came());
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::signal(number, SIG_DFL);
}

TEST(EndingSignalsTest, InTheBackgroundOfAShellCtrlCIsNotHeardButEndsWhatTasksStart) {
  for (const int number : {SIGINT, SIGQUIT}) ::signal(number, SIG_IGN);
  const EndingSignals ending;
  for (const int number : {SIGINT, SIGQUIT}) {
    ::raise(number);
    const int status = std::system(number == SIGINT ? "kill -INT $$" : "ulimit -c 0; kill -QUIT $$");
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == number) << status;
  }
  pollfd wait{ending.fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&wait, 1, 0), 0);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) ::signal(number, SIG_DFL);
}

}  // namespace
}  // namespace enginery::engine
