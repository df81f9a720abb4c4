// core/clusters/runtime_directory.hpp: where runtime folders lie, and the one of a running cluster and who holds it.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>
#include <enginery/export.hpp>

#include "core/processes/descriptor.hpp"

namespace enginery::cluster {

/// $XDG_RUNTIME_DIR/enginery, or /tmp/enginery-UID if that variable is not set or does not name a folder of this
/// user's. Need not exist.
ENGINERY_API std::filesystem::path runtime_base();
/// Where clusters are when $XDG_RUNTIME_DIR is of no use: /tmp/enginery-UID. Need not exist.
ENGINERY_API std::filesystem::path fallback_base();
/// A sentence that says why runtime_base() is not in $XDG_RUNTIME_DIR though that is set; else empty.
ENGINERY_API std::string runtime_base_remark();

/// A folder that was looked for.
struct LookedInto {
  /// None if the folder is not there, or cannot be opened.
  Descriptor folder{};
  /// Why another user may have put files there; empty if the folder is this user's alone, or not there.
  std::string objection{};
};
/// Opens `folder`, and follows no symbolic link to it.
ENGINERY_API LookedInto look_into(const std::filesystem::path& folder);

/// The error about a folder to which there is an objection, with the remedy.
ENGINERY_API ConnectionError not_safe(const std::filesystem::path& folder, const std::string& objection);
/// Opens `folder`, which it creates if need be, 0700; none if somebody removed it just then. Throws ConnectionError if
/// it cannot be had, or is not this user's alone.
ENGINERY_API Descriptor open_private(const std::filesystem::path& folder);
/// Throws ConnectionError if the runtime folder `directory`, or its parent, is there and not this user's alone: its
/// owner could have put a connection file there.
ENGINERY_API void check_trusted(const std::filesystem::path& directory);

/// The file name, inside a runtime folder, of the connection file.
inline constexpr const char* kConnectionFile = "connection.json";
/// The file in each runtime folder that names the launcher which holds it.
inline constexpr const char* kLockFile = "lock";
/// No socket in a runtime folder has a longer file name; the folder's path leaves room for it.
inline constexpr std::size_t kLongestSocketName = 48;
/// What the kernel takes as the path of a Unix socket, in bytes.
inline constexpr std::size_t kLongestSocketPath = 107;

/// `name`, or if it is empty $ENGINERY_CLUSTER, or "default". Throws ValueError unless [A-Za-z0-9._-]{1,32}, not "." or
/// "..".
ENGINERY_API std::string cluster_name(const std::string& name = "");

/// The option that chooses the cluster `name`, for the words of a remedy: " --name lab", or "" for the default cluster.
ENGINERY_API std::string name_option(const std::string& name);

/// runtime_base()/NAME. Need not exist.
ENGINERY_API std::filesystem::path runtime_path(const std::string& name);
/// Where the log of a launcher in the background is kept when its cluster failed; it outlives runtime_path(name).
ENGINERY_API std::filesystem::path last_log(const std::string& name);
/// The log in which the last launcher of that name said why its cluster failed, if it did; also one in fallback_base().
ENGINERY_API std::optional<std::filesystem::path> kept_log(const std::string& name);
/// The names of the folders in runtime_base() whose launcher runs, sorted.
ENGINERY_API std::vector<std::string> running_clusters();
/// Their names for a message: "Running: a, b", or "No cluster runs".
ENGINERY_API std::string running_clusters_text();
/// The launcher that holds `directory`, running or starting; also while it stops. Nothing if it is gone. Found by the
/// lock file, or if somebody removed that by the connection file.
ENGINERY_API std::optional<ProcessId> holder(const std::filesystem::path& directory);
/// True if a launcher holds `directory`, though perhaps no file there says which one. It puts the files back within a
/// second.
ENGINERY_API bool is_held(const std::filesystem::path& directory);

/// "ipc://directory/socket". Throws ValueError, with words, if that is more than 107 bytes or `socket` more than 48.
ENGINERY_API std::string ipc_address(const std::filesystem::path& directory, const std::string& socket);

/// Where an engine listens for its own host: for tasks, for parts of large payloads, and for subscribers to its output.
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
  /// folder, another's, open to others, a symbolic link, too long for sockets, not UTF-8).
  explicit RuntimeDirectory(const std::string& name);
  /// Removes the folder and all that is in it.
  ~RuntimeDirectory();

  const std::filesystem::path& path() const noexcept { return path_; }
  /// Puts the folder and its lock file back if somebody removed them. True if one was missing. Throws ConnectionError
  /// if they cannot be had again: another launcher holds the folder now, or there is no place for it.
  bool restore();

 private:
  /// Creates the folder if need be, and takes its lock.
  void hold();
  /// False if the folder vanished meanwhile: begin again.
  bool try_to_hold();
  /// Writes the lock file.
  void sign() const;

  std::filesystem::path path_;
  Descriptor folder_;
};

}  // namespace enginery::cluster
