// client/links/cluster_watch.cpp: whether a cluster can still bring what somebody waits for.
#include "client/links/cluster_watch.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/clusters/hub_addresses.hpp"
#include "core/clusters/runtime_directory.hpp"

namespace enginery {

bool HubSilence::is_long(session::Time now, session::Time heard) {
  since_ = std::max(standstill_.since_last_look(now) > session::Time::zero() ? now : since_, heard);
  return now - since_ >= kDeadAfter;
}

ClusterWatch::ClusterWatch(const Connection& connection, session::Time now) : connection_(connection), silence_(now) {}

std::optional<std::string> ClusterWatch::ended(session::Time now, session::Time heard) {
  if (!cluster::launcher_lives(connection_).value_or(true))
    return fmt::format(
        "cluster '{}' has ended: its launcher (pid {}) is gone. `enginery start{}` starts it anew, and then a new "
        "Client finds it",
        connection_.cluster, connection_.launcher.pid, cluster::name_option(connection_.cluster));
  if (silence_.is_long(now, heard))
    return fmt::format(
        "nothing was heard of the hub of cluster '{}' for {} s: its process is stopped, or its host is down or cannot "
        "be reached. `enginery status{}` on that host shows it",
        connection_.cluster, std::chrono::duration_cast<std::chrono::seconds>(HubSilence::kDeadAfter).count(),
        cluster::name_option(connection_.cluster));
  return std::nullopt;
}

}  // namespace enginery
