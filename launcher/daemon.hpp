// launcher/daemon.hpp: a launcher that goes on after the command returned.
#pragma once

#include "launcher/launcher.hpp"

namespace enginery::tools {

/// Runs a Launcher in a process and session of its own. Returns twice: to the command, 0 once all engines are ready or
/// 1 after the words of the failure; in the launcher's process at the end of the cluster, with the status to exit with.
/// If the command is killed before the cluster is ready, the cluster ends. Requires: one thread.
int start_in_background(LaunchOptions options);

/// From now on, what this process writes goes to the launcher's log in the cluster's folder.
void turn_to_log(const Connection& connection);

}  // namespace enginery::tools
