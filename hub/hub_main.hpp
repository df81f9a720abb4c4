// hub/hub_main.hpp: what the process of the hub does.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace enginery::hub {

/// How the hub was started: `enginery hub …`.
struct HubOptions {
  /// The launcher's socketpair (core/clusters/launcher_link.hpp), whose end of file ends this process.
  int launcher_fd = -1;
  std::string cluster;
  /// The runtime folder, where the sockets go. Their names contain the hub's uuid, so that the late end of a former hub
  /// cannot unlink them.
  std::filesystem::path directory;
  /// The addresses of the hub that died and that this one follows: the launcher then first says what that hub knew.
  /// Empty: new addresses.
  std::string requests{}, notifications{};
  /// An engine on another host that is silent for so long is dead; suspect after a third of it.
  std::chrono::milliseconds dead_after{15'000};
  /// Where it listens for other hosts, "HOST" or "HOST:PORT" (requests there, notifications one port further); empty:
  /// it does not.
  std::string listen;
  /// Listen in the clear, and ask for no proof.
  bool insecure = false;
};

/// Serves the cluster until the launcher ends it. Returns the exit status of the process.
int hub_main(const HubOptions& options);

}  // namespace enginery::hub
