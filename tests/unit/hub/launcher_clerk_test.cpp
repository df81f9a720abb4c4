// tests/unit/hub/launcher_clerk_test.cpp: whose child an engine is, and what the launcher is told.
#include "hub/launcher_clerk.hpp"

#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace enginery::hub {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::VariantWith;

class LauncherClerkTest : public ::testing::Test {
 protected:
  static std::array<int, 2> ends() {
    std::array<int, 2> both{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both.data()), 0);
    return both;
  }

  std::array<int, 2> ends_ = ends();
  std::optional<cluster::LauncherLink> launcher{ends_[0]};
  cluster::LauncherLink link{ends_[1]};
  LauncherClerk clerk{&link};
};

TEST_F(LauncherClerkTest, OnlyTheProcessThatWasStartedLastIsTheLaunchers) {
  EXPECT_FALSE(clerk.started(0, 100));
  clerk.note(cluster::Spawned{0, 100});
  EXPECT_TRUE(clerk.started(0, 100));
  EXPECT_FALSE(clerk.started(1, 100));
  clerk.note(cluster::Spawned{0, 101});
  EXPECT_FALSE(clerk.started(0, 100));
  EXPECT_TRUE(clerk.started(0, 101));
  clerk.note(cluster::Died{.id = 0, .pid = 101, .uuid = {}, .how = "exit status 3"});
  EXPECT_FALSE(clerk.started(0, 101));
}

TEST_F(LauncherClerkTest, WhatTheLauncherStartedOnceItCanStartAgain) {
  EXPECT_FALSE(clerk.can_start(0));
  clerk.note(cluster::Spawned{0, 100});
  clerk.note(cluster::Died{.id = 0, .pid = 100, .uuid = {}, .how = "exit status 3"});
  EXPECT_TRUE(clerk.can_start(0));
}

TEST_F(LauncherClerkTest, BothAreToldInOrderAndTheEndIsSeen) {
  clerk.tell(cluster::Restart{3, true});
  clerk.tell(cluster::Restart{4, false});
  EXPECT_THAT(launcher->receive(), ElementsAre(VariantWith<cluster::Restart>(cluster::Restart{3, true}),
                                               VariantWith<cluster::Restart>(cluster::Restart{4, false})));
  launcher->send(cluster::Spawned{0, 100});
  EXPECT_THAT(clerk.hear(), ElementsAre(VariantWith<cluster::Spawned>(cluster::Spawned{0, 100})));
  EXPECT_FALSE(clerk.gone());
  launcher.reset();
  EXPECT_THAT(clerk.hear(), IsEmpty());
  EXPECT_TRUE(clerk.gone());
}

TEST(LauncherClerkAloneTest, WithoutALauncherNothingIsStartedAndNothingComes) {
  LauncherClerk clerk(nullptr);
  clerk.note(cluster::Spawned{0, 100});
  EXPECT_FALSE(clerk.can_start(0));
  clerk.tell(cluster::Restart{0, true});
  clerk.flush();
  EXPECT_THAT(clerk.hear(), IsEmpty());
  EXPECT_FALSE(clerk.gone());
  EXPECT_FALSE(clerk.wants_write());
}

}  // namespace
}  // namespace enginery::hub
