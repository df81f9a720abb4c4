// tests/unit/launcher/child_test.cpp: how a process that was started has ended, in words.
#include "launcher/child.hpp"

#include <poll.h>
#include <signal.h>

#include <gtest/gtest.h>

namespace enginery::tools {
namespace {

std::string end_of(const std::string& script) {
  Child child({"/bin/sh", {"-c", script}, {}});
  pollfd end{child.pidfd(), POLLIN, 0};
  EXPECT_EQ(::poll(&end, 1, 30'000), 1);
  return child.reap();
}

TEST(ChildTest, SaysHowItEnded) {
  EXPECT_EQ(end_of("exit 3"), "exit status 3");
  EXPECT_EQ(end_of("kill -KILL $$"), "signal 9 (Killed)");
}

TEST(ChildTest, WhoIsNotToldHowDoesNotInventIt) {
  const sighandler_t before = ::signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(end_of("kill -KILL $$"), "nobody knows how: SIGCHLD is ignored here, or somebody else waited for it");
  ::signal(SIGCHLD, before);
}

}  // namespace
}  // namespace enginery::tools
