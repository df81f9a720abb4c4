// core/enginery/connection.hpp: what one must know to talk to a cluster, and the file that says it.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include <enginery/uuid.hpp>

namespace enginery {

/// A process of this host, told apart from a later one that got the same pid by its start time.
struct ProcessId {
  int pid = 0;
  /// Clock ticks after boot, field 22 of /proc/PID/stat.
  std::uint64_t start = 0;

  ENGINERY_API static ProcessId self();
  /// The process that has this pid now; nothing if there is none, or only a zombie.
  ENGINERY_API static std::optional<ProcessId> of(int pid);
  /// True while this very process runs; a zombie does not.
  ENGINERY_API bool alive() const;
  /// How long ago it started.
  ENGINERY_API std::chrono::milliseconds age() const;

  friend bool operator==(const ProcessId&, const ProcessId&) = default;
  friend auto operator<=>(const ProcessId&, const ProcessId&) = default;
};

/// What proves that a process belongs to a cluster, to hub, engines and clients alike; texts in PEM. Whoever has the
/// key may run anything in the cluster.
struct Credentials {
  std::string authority, certificate, key;

  friend bool operator==(const Credentials&, const Credentials&) = default;
};

/// The connection file of a cluster: JSON, mode 0600.
struct Connection {
  struct Hub {
    /// "ipc://…": registration and queries (REQ/REP), engines joined and left (PUB/SUB).
    std::string requests, notifications;
    Uuid uuid;
    ProcessId process;

    friend bool operator==(const Hub&, const Hub&) = default;
  };

  /// Where the hub listens for other hosts: "tls+tcp://…", or "tcp://…" and then without credentials.
  struct Remote {
    std::string requests, notifications;
    std::optional<Credentials> credentials{};

    friend bool operator==(const Remote&, const Remote&) = default;
  };

  std::string cluster;
  Hub hub;
  ProcessId launcher;
  /// The cluster's runtime folder: sockets, logs, this file.
  std::filesystem::path directory;
  /// Of the hub; on another host the process ids above mean nothing.
  std::string hostname;
  /// Likewise of the hub: the kernel's boot id and the pid namespace, since containers share the one and not the other.
  std::string boot{};
  std::uint64_t pid_namespace = 0;
  /// Nothing: only this host can join.
  std::optional<Remote> remote{};

  /// Reads `file`, and trusts nothing in it. Throws ConnectionError: no such file, or malformed, with the file and the
  /// field; or it holds credentials and others can read it.
  ENGINERY_API static Connection load(const std::filesystem::path& file);
  /// The running cluster `name` of this user; "" means $ENGINERY_CLUSTER, by $ENGINERY_CONNECTION_FILE if that is of
  /// it, else "default". Throws ConnectionError if there is none (it lists those that exist), or if its launcher is
  /// gone; ValueError if it cannot be a name.
  ENGINERY_API static Connection find(const std::string& name = "");
  /// The file that find() reads. Throws as find(), but for a launcher that is gone.
  ENGINERY_API static std::filesystem::path find_file(const std::string& name = "");

  /// Makes `file`, from which this was read, what find("") finds in this process and in those that it starts: by
  /// ENGINERY_CLUSTER, and where that name does not lead to the file by ENGINERY_CONNECTION_FILE. For engines, before
  /// they have threads.
  ENGINERY_API void make_own(const std::filesystem::path& file) const;
  /// Replaces `file` in one step, mode 0600. Throws ConnectionError.
  ENGINERY_API void save(const std::filesystem::path& file) const;
  /// Throws ConnectionError if this is a connection of this host and its launcher's process is gone.
  ENGINERY_API void check_alive() const;

  friend bool operator==(const Connection&, const Connection&) = default;
};

}  // namespace enginery
