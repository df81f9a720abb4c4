// hub/hub.hpp: the hub's state, and what it answers.
#pragma once

#include <poll.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>
#include <enginery/uuid.hpp>

#include "core/clusters/launcher_link.hpp"
#include "core/diagnosis/log.hpp"
#include "core/processes/descriptor.hpp"
#include "core/transport/publisher.hpp"
#include "core/transport/responder.hpp"
#include "core/wire/hub_wire.hpp"
#include "hub/hub_main.hpp"
#include "hub/registry.hpp"
#include "hub/silence.hpp"

namespace enginery::hub {

/// Threads: the functions from the main thread; requests come on NNG's. They meet in one mutex.
class Hub {
 public:
  static constexpr std::chrono::milliseconds kHeartbeat{500};

  /// Serves from here on. `former`: what the launcher said of the hub that this one follows; none, it is the first.
  /// `launcher` may be null.
  /// `remote_scheme`: of the addresses for other hosts, which are bound by listen(); empty: there are none.
  Hub(const Connection::Hub& addresses, const HubOptions& options, std::string_view remote_scheme,
      cluster::LauncherLink* launcher, const std::vector<cluster::LauncherMessage>& former, cluster::Log& log);

  /// What the main thread polls besides the launcher: first the wake-up, then the engines that joined by themselves.
  void add_polled(std::vector<pollfd>& polled) const;
  /// Looks after those that ended.
  void look_at_watched();
  /// Also for other hosts; `remote` gets the ports that the system chose. Throws ConnectionError.
  void listen(Connection::Remote& remote);
  /// Tells the launcher that the sockets are bound.
  void announce(const Connection::Hub& addresses, const std::optional<Connection::Remote>& remote);
  /// The last thing: tells the engines that joined by themselves that the cluster has ended, and waits a moment for
  /// their goodbyes.
  void end_cluster();
  /// To be called so often: tells clients that the hub lives, and engines; looks for silent ones.
  void heartbeat();

  // The link to the launcher is used by NNG's threads too, so it is reached under the lock.
  bool launcher_gone() const;
  bool wants_write() const;
  void serve_launcher();

 private:
  using Clock = std::chrono::steady_clock;
  /// An engine of this host that no launcher tells of.
  struct Watched {
    int id;
    Uuid uuid;
    ProcessId identity;
    cluster::Descriptor process;  // empty: it is gone, or no descriptor was left
    std::string how = "its process ended";
  };
  struct Presence {
    transport::Responder::Ticket ticket;
    Clock::time_point since;
  };

  // The following require that mutex_ is held, but for on_request().
  void on(const cluster::Spawned& spawned);
  void on(const cluster::Died& died);
  void on(const cluster::Registered& registered);
  void on(const cluster::Resumed& resumed);
  void on(const cluster::Listening&) {}  // what the hub itself says
  void on(const cluster::Restart&) {}    // likewise
  void hear_launcher();

  /// The launcher can start an engine of this id.
  bool is_ours(int id) const;
  /// It did start this one.
  bool is_launched(const RegisteredEngine& engine) const;
  Error cluster_ended() const;
  void on_request(transport::Responder::Ticket ticket, messages::Message message);
  wire::HubReply answer(const wire::HubRequest& request, std::optional<std::uint64_t> sender);
  wire::HubReply snapshot() const;
  int take_in(const wire::EngineEntry& entry, std::optional<std::uint64_t> sender);
  int enlist(const wire::EngineEntry& entry, std::optional<std::uint64_t> sender);
  /// Holds the request until the next heartbeat but one; false if the engine is to register.
  bool take_presence(const Uuid& engine, transport::Responder::Ticket ticket);
  /// Has an engine ended. Its id if it is started anew, else -1. Throws IndexError, ValueError.
  int end(int id, bool kill);
  /// By its process if that is `local`, else by its silence.
  void watch(int id, const Uuid& uuid, const ProcessId& process, bool local);
  void publish_changes();
  /// What an engine that was killed left in the runtime folder.
  void remove_sockets(const Uuid& engine) const;

  const Uuid uuid_;
  const std::string cluster_;
  const std::string_view remote_scheme_;
  const std::filesystem::path directory_;
  const cluster::Descriptor wake_;  // the main thread's poll begins anew
  mutable std::mutex mutex_;
  Registry registry_;
  Silence silence_;
  std::vector<std::string> own_addresses_;  // for other hosts
  std::uint64_t published_ = 0;
  bool ended_ = false;
  std::condition_variable goodbye_;
  std::map<int, int> launched_;  // the pid of each engine that the launcher started; 0: it ended
  std::vector<Watched> watched_;
  std::map<Uuid, Presence> presences_;
  cluster::LauncherLink* launcher_;
  cluster::Log& log_;
  transport::Publisher publisher_;
  transport::Responder responder_;
};

}  // namespace enginery::hub
