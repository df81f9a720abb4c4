// core/cluster/runtime_directory.hpp: the folder of a running cluster, and who holds it.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <enginery/connection.hpp>
#include <enginery/export.hpp>

#include "core/cluster/descriptor.hpp"

namespace enginery::cluster {

/// The file name, inside a runtime folder, of the connection file.
inline constexpr const char* kConnectionFile = "connection.json";
/// The file in each runtime folder by which its launcher holds it.
inline constexpr const char* kLockFile = "lock";
/// No socket in a runtime folder has a longer file name; the folder's path leaves room for it.
inline constexpr std::size_t kLongestSocketName = 48;
/// What the kernel takes as the path of a Unix socket, in bytes.
inline constexpr std::size_t kLongestSocketPath = 107;

/// `name`, or if it is empty $ENGINERY_CLUSTER, or "default". Throws ValueError unless [A-Za-z0-9._-]{1,32}, not "." or
/// "..".
ENGINERY_API std::string cluster_name(const std::string& name = "");

/// What chooses the cluster `name` in the words of a remedy: " --name lab", or "" for the default one.
ENGINERY_API std::string name_option(const std::string& name);

/// $XDG_RUNTIME_DIR/enginery, or /tmp/enginery-UID where that is not set. Need not exist.
ENGINERY_API std::filesystem::path runtime_base();
/// runtime_base()/NAME. Need not exist.
ENGINERY_API std::filesystem::path runtime_path(const std::string& name);
/// Where the log of a launcher in the background is kept when its cluster failed; it outlives runtime_path(name).
ENGINERY_API std::filesystem::path last_log(const std::string& name);
/// The names of the folders in runtime_base() whose launcher runs, sorted.
ENGINERY_API std::vector<std::string> running_clusters();
/// Those for a message: "Running: a, b", or "No cluster runs".
ENGINERY_API std::string running_clusters_text();
/// The launcher that holds `directory`, running or starting; also while it stops. Nothing if it is gone.
ENGINERY_API std::optional<ProcessId> holder(const std::filesystem::path& directory);

/// "ipc://directory/socket". Throws ValueError, with words, if that is more than 107 bytes or `socket` more than 48.
ENGINERY_API std::string ipc_address(const std::filesystem::path& directory, const std::string& socket);

/// Where an engine listens for its own host: for tasks, parts of large payloads, and what subscribes to its output.
ENGINERY_API std::array<std::string, 3> engine_addresses(const std::filesystem::path& directory, const Uuid& engine);

/// Removes a runtime folder with all that is in it, unless a launcher holds it. Deletes nothing but what lies in a 0700
/// folder of this user that has a `lock` file, and follows no symbolic link. False if it was left alone. Never throws.
ENGINERY_API bool remove_runtime_directory(const std::filesystem::path& directory) noexcept;

/// A cluster's runtime folder, held by this process.
///
/// Threads: belongs to one thread.
class ENGINERY_API RuntimeDirectory {
 public:
  /// Creates the folder of cluster `name`, 0700, and holds it by a lock; leftovers of a dead cluster are removed.
  /// Throws ConnectionError: a launcher holds it (names its pid and the remedy), or it is not safe to use (not a
  /// folder, another's, open to others, a symbolic link, too long for sockets).
  explicit RuntimeDirectory(const std::string& name);
  /// Removes the folder and all that is in it.
  ~RuntimeDirectory();
  RuntimeDirectory(const RuntimeDirectory&) = delete;
  RuntimeDirectory& operator=(const RuntimeDirectory&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  /// Takes the lock of the folder, whose descriptor is `folder`. False if it vanished meanwhile: begin again.
  bool lock(int folder);

  std::filesystem::path path_;
  Descriptor lock_;
};

}  // namespace enginery::cluster
