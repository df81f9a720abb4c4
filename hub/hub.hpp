// hub/hub.hpp: the hub's state, and what it answers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <enginery/errors.hpp>

#include "core/diagnosis/log.hpp"
#include "core/transport/publisher.hpp"
#include "hub/death_watch.hpp"
#include "hub/hub_main.hpp"
#include "hub/launcher_clerk.hpp"
#include "hub/presence_desk.hpp"

namespace enginery::hub {

/// Brings together the registry, the watch for deaths, the engines' open requests and the launcher.
///
/// Threads: the functions from the main thread; requests come on NNG's threads. They share one mutex.
class Hub {
 public:
  /// Serves from here on. `former`: what the launcher said of the hub that this one follows; empty for the first hub.
  /// `launcher` may be null. `remote_scheme`: that of the addresses for other hosts, which listen() binds; empty if
  /// there are none.
  Hub(const Connection::Hub& addresses, const HubOptions& options, std::string_view remote_scheme,
      cluster::LauncherLink* launcher, const std::vector<cluster::LauncherMessage>& former, cluster::Log& log);

  /// Waits for the launcher's messages, for ends of processes and for the next heartbeat, and handles what comes.
  void turn();
  /// Listens for other hosts, too; `remote` gets the ports that the system chose. Throws ConnectionError.
  void listen(Connection::Remote& remote);
  /// Tells the launcher that the sockets are bound.
  void announce(const Connection::Hub& addresses, const std::optional<Connection::Remote>& remote);
  /// To be called last: tells the engines that joined by themselves that the cluster has ended, and waits a moment for
  /// their goodbyes.
  void end_cluster();
  bool launcher_gone() const;

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kHeartbeat{500};

  /// Tells clients and engines that the hub lives, and looks for silent engines.
  void heartbeat();
  /// Handles the processes that have ended.
  void look_at_watched();
  void on_request(transport::Responder::Ticket ticket, messages::Message message);
  wire::HubReply answer(const wire::HubRequest& request, std::optional<std::uint64_t> sender);
  /// Holds the request until the next heartbeat but one; false if the engine is to register.
  bool take_presence(const Uuid& engine, transport::Responder::Ticket ticket);

  // All below require that mutex_ is held.
  void on(const cluster::Spawned& spawned);
  void on(const cluster::Died& died);
  void on(const cluster::Registered& registered);
  void on(const cluster::Resumed& resumed);
  void on(const cluster::Listening&) {}  // only the hub sends this
  void on(const cluster::Restart&) {}    // likewise
  void hear_launcher();

  /// True if the launcher started this one.
  bool is_launched(const RegisteredEngine& engine) const;
  Error cluster_ended() const;
  int take_in(const wire::EngineEntry& entry, std::optional<std::uint64_t> sender);
  /// Has an engine ended. Its id if it is started anew, else -1. Throws IndexError, ValueError.
  int end(int id, bool kill);
  /// Tells clients of changes, and removes what an engine that is gone has left.
  void publish_changes();

  const Uuid uuid_;
  const std::string cluster_;
  const std::string_view remote_scheme_;
  const std::filesystem::path directory_;
  mutable std::mutex mutex_;
  Registry registry_;
  LauncherClerk launcher_;
  DeathWatch deaths_;
  PresenceDesk presences_;
  std::vector<std::string> own_addresses_;  // for other hosts
  bool ended_ = false;
  Clock::time_point next_beat_ = Clock::now() + kHeartbeat;  // the main thread's own
  std::condition_variable goodbye_;
  cluster::Log& log_;
  transport::Publisher publisher_;
  transport::Responder responder_;
};

}  // namespace enginery::hub
