// hub/hub_main.cpp: what the process of the hub does.
//
// The registry is the only state. Requests come on NNG's threads and change it under one lock; every change is
// published with its number, and a heartbeat repeats the last number, so that a subscriber that missed one asks for a
// snapshot. The main thread listens to the launcher, which says at once how a process died, and whose end of file ends
// the hub.
#include "hub/hub_main.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/cluster/descriptor.hpp"
#include "core/cluster/descriptor_limit.hpp"
#include "core/cluster/flight_recorder.hpp"
#include "core/cluster/launcher_link.hpp"
#include "core/cluster/pidfd.hpp"
#include "core/cluster/runtime_directory.hpp"
#include "core/transport/publisher.hpp"
#include "core/transport/responder.hpp"
#include "core/wire/hub_wire.hpp"
#include "hub/engine_entry.hpp"
#include "hub/registry.hpp"
#include "hub/remote.hpp"

namespace enginery::hub {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kHeartbeat(500);
constexpr std::size_t kContexts = 64;

/// Set by a signal when no launcher is there to end the hub.
volatile std::sig_atomic_t ending = 0;

class Hub {
 public:
  Hub(const Uuid& uuid, const std::filesystem::path& directory, const Connection::Hub& addresses,
      std::string_view remote_scheme, cluster::LauncherLink* launcher)
      : uuid_(uuid),
        remote_scheme_(remote_scheme),
        directory_(directory),
        registry_(uuid),
        launcher_(launcher),
        publisher_(addresses.notifications),
        responder_(addresses.requests, kContexts,
                   [this](auto ticket, auto message) { on_request(ticket, std::move(message)); }) {}

  void on(const cluster::Spawned& spawned) {
    const std::lock_guard lock(mutex_);
    launched_.insert(spawned.id);
    registry_.spawned(spawned.id, spawned.pid);
    // An engine can be faster than the launcher's word about it; it then seemed to join by itself.
    std::erase_if(watched_, [&](const Watched& engine) {
      const RegisteredEngine* known = registry_.find(engine.uuid);
      if (engine.id != spawned.id || !known || known->identity.process.pid != spawned.pid) return false;
      launcher_->send(cluster::Registered{engine.id, engine.uuid});
      return true;
    });
  }
  void on(const cluster::Died& died) {
    const std::lock_guard lock(mutex_);
    launched_.erase(died.id);  // who joins under this id now is nobody's child
    registry_.died(died.id, died.how, died.uuid);
    publish_changes();
  }
  void on(const cluster::Listening&) {}   // what the hub itself says
  void on(const cluster::Registered&) {}  // likewise

  /// What the main thread polls besides the launcher: first the wake-up, then the engines that joined by themselves.
  void add_polled(std::vector<pollfd>& polled) const {
    const std::lock_guard lock(mutex_);
    polled.push_back({wake_.get(), POLLIN, 0});
    for (const Watched& engine : watched_) polled.push_back({engine.process.get(), POLLIN, 0});
  }
  /// Looks after those that ended.
  void look_at_watched() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t drained = ::read(wake_.get(), &count, sizeof count);
    const std::lock_guard lock(mutex_);
    std::erase_if(watched_, [this](const Watched& engine) {
      pollfd process{engine.process.get(), POLLIN, 0};
      if (engine.process && ::poll(&process, 1, 0) == 0) return false;
      registry_.died(engine.id, "its process ended", engine.uuid);
      return true;
    });
    publish_changes();
  }

  /// Also for other hosts; `remote` gets the ports that the system chose.
  void listen(Connection::Remote& remote) {
    remote.requests = responder_.listen({remote.requests, remote.credentials});
    remote.notifications = publisher_.listen({remote.notifications, remote.credentials});
  }

  void announce(const Connection::Hub& addresses, const std::optional<Connection::Remote>& remote) {
    const std::lock_guard lock(mutex_);
    if (launcher_) launcher_->send(cluster::Listening{addresses, remote});
  }

  // The link to the launcher is written to by NNG's threads too, so it is reached under the lock.
  bool launcher_gone() const {
    const std::lock_guard lock(mutex_);
    return launcher_ && launcher_->closed();
  }
  bool wants_write() const {
    const std::lock_guard lock(mutex_);
    return launcher_ && launcher_->wants_write();
  }
  void serve_launcher() {
    std::vector<cluster::LauncherMessage> messages;
    {
      const std::lock_guard lock(mutex_);
      launcher_->flush();
      messages = launcher_->receive();
    }
    for (const cluster::LauncherMessage& message : messages)
      std::visit([this](const auto& event) { on(event); }, message);
  }

  void heartbeat() {
    const std::lock_guard lock(mutex_);
    publisher_.publish(wire::encode(wire::Change{wire::ChangeEvent::heartbeat, uuid_, published_, {}, {}}));
  }

 private:
  void on_request(transport::Responder::Ticket ticket, transport::Message message) {
    wire::HubReply reply;
    try {
      const wire::Opened opened = wire::open_frame(std::move(message).share());
      if (opened.kind != wire::MessageKind::hub_request) throw ProtocolError("the hub takes hub requests only");
      reply = answer(wire::decode_hub_request(opened));
    } catch (const std::exception& error) {
      reply.ok = false;
      reply.words = error.what();
    }
    responder_.answer(ticket, wire::encode(reply));
  }

  wire::HubReply answer(const wire::HubRequest& request) {
    const std::lock_guard lock(mutex_);
    wire::HubReply reply;
    switch (request.op) {
      case wire::HubOp::register_engine: {
        const wire::EngineEntry& engine = request.engine;
        check_endpoints(engine, remote_scheme_);
        reply.id =
            registry_.register_engine(to_identity(engine), engine.id < 0 ? std::nullopt : std::optional(engine.id));
        publish_changes();
        if (launched_.contains(reply.id)) {
          if (launcher_) launcher_->send(cluster::Registered{reply.id, engine.uuid});
        } else if (has_pid_here(engine)) {
          watch(reply.id, engine);
        }
        break;
      }
      case wire::HubOp::goodbye:
        if (const RegisteredEngine* engine = registry_.find(request.engine.uuid);
            engine && engine->identity == to_identity(request.engine))
          registry_.died(engine->id, "left", request.engine.uuid);
        publish_changes();
        break;
      case wire::HubOp::snapshot:
        break;
    }
    const Snapshot snapshot = registry_.snapshot();
    reply.epoch = snapshot.epoch;
    reply.number = snapshot.number;
    for (const RegisteredEngine& engine : snapshot.engines) reply.engines.push_back(to_entry(engine));
    return reply;
  }

  /// An engine that joined by itself: no launcher tells of its end, its pidfd does. Requires: mutex_ is held.
  void watch(int id, const wire::EngineEntry& engine) {
    const int fd = ::pidfd_open(static_cast<pid_t>(engine.pid), 0);
    watched_.push_back({id, engine.uuid, cluster::Descriptor(fd)});
    [[maybe_unused]] const ssize_t written = ::write(wake_.get(), "\1\0\0\0\0\0\0", 8);
  }

  /// Requires: mutex_ is held.
  void publish_changes() {
    for (const Change& change : registry_.changes_since(published_).value_or(std::vector<Change>{})) {
      const bool joined = change.kind == Change::Kind::joined;
      const auto event = joined ? wire::ChangeEvent::joined : wire::ChangeEvent::left;
      const auto record = cluster::FlightRecorder::place(directory_, change.engine.identity.uuid);
      publisher_.publish(wire::encode(wire::Change{event, uuid_, change.number, to_entry(change.engine), change.how,
                                                   joined ? std::nullopt : cluster::FlightRecorder::take(record)}));
      published_ = change.number;
    }
  }

  struct Watched {
    int id;
    Uuid uuid;
    cluster::Descriptor process;
  };

  const Uuid uuid_;
  const std::string_view remote_scheme_;  // empty: it listens on this host only
  const std::filesystem::path directory_;
  const cluster::Descriptor wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};  // the main thread's poll begins anew
  mutable std::mutex mutex_;
  Registry registry_;
  std::uint64_t published_ = 0;
  std::set<int> launched_;
  std::vector<Watched> watched_;
  cluster::LauncherLink* launcher_;  // written to under mutex_
  transport::Publisher publisher_;
  transport::Responder responder_;
};

}  // namespace

int hub_main(const HubOptions& options) try {
  cluster::raise_descriptor_limit();
  const Uuid uuid = Uuid::random();
  const Connection::Hub addresses{cluster::ipc_address(options.directory, "h-" + uuid.text()),
                                  cluster::ipc_address(options.directory, "n-" + uuid.text()), uuid, ProcessId::self()};
  std::optional<cluster::LauncherLink> launcher;
  if (options.launcher_fd >= 0) {
    launcher.emplace(options.launcher_fd);
  } else {
    struct sigaction action {};
    action.sa_handler = [](int) { ending = 1; };
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaction(signal, &action, nullptr);
  }
  std::optional<Connection::Remote> remote = remote_of(options);
  Hub hub(uuid, options.directory, addresses, scheme_of(remote), launcher ? &*launcher : nullptr);
  if (remote) hub.listen(*remote);
  hub.announce(addresses, remote);

  Clock::time_point beat = Clock::now() + kHeartbeat;
  while (!ending && !hub.launcher_gone()) {
    std::vector<pollfd> polled{{launcher ? launcher->fd() : -1, POLLIN, 0}};
    if (hub.wants_write()) polled[0].events |= POLLOUT;
    hub.add_polled(polled);
    const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(beat - Clock::now()).count();
    ::poll(polled.data(), polled.size(), static_cast<int>(std::max<long>(patience, 0)));
    if (Clock::now() >= beat) {
      hub.heartbeat();
      beat = Clock::now() + kHeartbeat;
    }
    if (launcher && polled[0].revents) hub.serve_launcher();
    if (std::any_of(polled.begin() + 1, polled.end(), [](const pollfd& one) { return one.revents != 0; }))
      hub.look_at_watched();
  }
  // A launcher that was killed cannot clean up; one that lives holds the folder, and then this does nothing.
  cluster::remove_runtime_directory(options.directory);
  std::fflush(nullptr);
  ::_exit(0);
} catch (const std::exception& error) {
  fmt::print(stderr, "enginery hub: {}\n", error.what());
  std::fflush(nullptr);
  ::_exit(1);
}

}  // namespace enginery::hub
