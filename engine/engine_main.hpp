// engine/engine_main.hpp: what the process of an engine does.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace enginery::engine {

/// How an engine was started: `enginery engine …`.
struct EngineOptions {
  /// The launcher's socketpair, whose end of file ends this process; -1 when nobody launched it.
  int launcher_fd = -1;
  /// The id it is to have; none: the hub chooses.
  std::optional<int> id;
  std::filesystem::path connection_file;
  /// Where it listens for other hosts, "HOST" or "HOST:PORT", if the cluster does; empty: where the hub does, or the
  /// address of this host by which it reaches the hub.
  std::string listen;
  /// How long it goes on without a word from a hub on another host.
  std::chrono::milliseconds without_hub{60'000};
  /// Bytes that its tasks may take, all of them together; 0: as much as there is.
  std::uint64_t memory_limit = 0;
  /// Plugins to import before it takes tasks.
  std::vector<std::string> load;
};

/// Runs tasks until the launcher or the hub ends it. Returns the exit status of the process.
int engine_main(const EngineOptions& options);

}  // namespace enginery::engine
