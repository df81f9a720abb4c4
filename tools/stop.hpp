// tools/stop.hpp: `enginery stop`.
#pragma once

#include <string>

namespace enginery::tools {

/// Ends the cluster `name` ("" as in cluster_name()) and waits until its launcher is gone. Throws ConnectionError if
/// there is none, or it does not end.
void stop_cluster(const std::string& name);

/// Ends all clusters of this user on this host, and says which. Throws as stop_cluster().
void stop_all_clusters();

}  // namespace enginery::tools
