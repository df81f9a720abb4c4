// tests/unit/processes/signals_test.cpp: a process has its own signals, whatever its parent did to them.
#include "core/processes/spawn.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace enginery::cluster {
namespace {

bool is_default(int number) {
  struct sigaction now {};
  return ::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_DFL;
}

TEST(SignalsTest, AreThoseOfALoginButForWhatAShellIgnoresOnPurpose) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_IGN);
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    take_own_signals();
    bool good = is_default(SIGTERM) && is_default(SIGCHLD) && is_default(SIGUSR1) && is_default(SIGRTMAX);
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE}) good = good && !is_default(number);
    sigset_t blocked;
    ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
    good = good && ::sigisemptyset(&blocked);
    ::_exit(good ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace enginery::cluster
