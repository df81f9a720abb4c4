// client/enginery/cluster.hpp: engines that a program starts for itself.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <enginery/client.hpp>
#include <enginery/export.hpp>

namespace enginery {

/// What a Cluster starts.
struct ClusterOptions {
  std::optional<int> n{};                     ///< engines; none: one per core it may use
  std::string name{};                         ///< empty: one that no other cluster has
  std::vector<std::string> load{};            ///< plugins that every engine imports at start
  bool restart = false;                       ///< an engine that dies is started anew, with its id and plugins
  std::chrono::milliseconds timeout{60'000};  ///< until all engines take tasks
  /// The command `enginery`; empty: $ENGINERY_COMMAND, else the one that came with this library, else the one in $PATH.
  std::filesystem::path command{};
};

/// A cluster on this host that ends with its owner, however that ends: by stop() or the destructor, which wait until it
/// is gone, or with the process, also when that is killed. It leaves no process and no folder.
///
///     enginery::Cluster cluster{{.n = 4}};
///     auto rc = cluster.client();
///
/// It is one child process (`enginery start`), in a process group of its own: Ctrl-C in the terminal reaches this
/// program and not the cluster. This program's `wait()` and SIGCHLD see the child; taking its exit status does no
/// harm. What hub and engines write goes to *.log in folder(). A child that this program forks, and that does not exec,
/// keeps the cluster alive until it ends too, unless stop() is called.
///
/// Threads: belongs to one thread at a time.
class ENGINERY_API Cluster {
 public:
  /// Starts it, and waits until all engines take tasks. Throws ConnectionError: there is no command `enginery`, or the
  /// start failed, with the launcher's words; ValueError: no name, no number of engines.
  explicit Cluster(const ClusterOptions& options = {});
  ~Cluster();
  Cluster(Cluster&&) noexcept;
  /// Stops its present cluster first.
  Cluster& operator=(Cluster&&) noexcept;

  const std::string& name() const& noexcept { return name_; }
  std::string name() const&& { return name_; }
  /// The cluster's runtime folder, with its logs; it goes with the cluster.
  std::filesystem::path folder() const { return connection_file_.parent_path(); }
  /// A new connection to it. Throws ConnectionError once it is stopped.
  Client client() const;
  /// Ends it, and waits until it is gone. Tasks that run are not waited for. Does nothing the second time.
  void stop() noexcept;

 private:
  class Launcher;
  std::unique_ptr<Launcher> launcher_;  // none: stopped
  std::string name_;
  std::filesystem::path connection_file_;
};

}  // namespace enginery
