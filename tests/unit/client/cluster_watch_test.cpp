// tests/unit/client/cluster_watch_test.cpp: when a silent hub is held to be gone.
#include "client/links/hub_line.hpp"

#include <gtest/gtest.h>

#include "core/processes/host.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;

TEST(HubSilenceTest, IsLongAfterFifteenSecondsInWhichNothingWasHeard) {
  HubSilence silence(100s);
  for (session::Time now = 101s; now < 115s; now += 1s) EXPECT_FALSE(silence.is_long(now, 90s));
  EXPECT_TRUE(silence.is_long(115s, 90s));
}

TEST(HubSilenceTest, EndsWithEachWord) {
  HubSilence silence(100s);
  for (session::Time now = 101s; now < 160s; now += 1s) EXPECT_FALSE(silence.is_long(now, now - 14s));
  EXPECT_TRUE(silence.is_long(161s, 146s));
}

TEST(HubSilenceTest, DoesNotCountTheTimeInWhichThisProcessStoodStill) {
  HubSilence silence(100s);
  EXPECT_FALSE(silence.is_long(101s, 100s));
  EXPECT_FALSE(silence.is_long(500s, 100s));
  for (session::Time now = 501s; now < 515s; now += 1s) EXPECT_FALSE(silence.is_long(now, 100s));
  EXPECT_TRUE(silence.is_long(515s, 100s));
}

TEST(ClusterWatchTest, ALauncherThatIsGoneEndsItsClusterOnItsHostOnly) {
  Connection connection;
  connection.cluster = "night";
  connection.launcher = {.pid = 1 << 30, .start = 1};
  EXPECT_EQ(ClusterWatch(connection, 0s).ended(1s, 0s), std::nullopt);  // another host's
  connection.boot = cluster::Host::self().boot;
  connection.pid_namespace = cluster::Host::self().pids;
  EXPECT_EQ(ClusterWatch(connection, 0s).ended(1s, 0s),
            "cluster 'night' has ended: its launcher (pid 1073741824) is gone. `enginery start --name night` starts it "
            "anew, and then a new Client finds it");
}

}  // namespace
}  // namespace enginery
