// hub/hub_main.cpp: what the process of the hub does.
//
// The registry is the only state. Requests come on NNG's threads and change it under one lock; every change is published
// with its number, and a heartbeat repeats the last number, so that a subscriber that missed one asks for a snapshot.
// The main thread listens to the launcher, which says at once how a process died, and whose end of file ends the hub.
#include "hub/hub_main.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/cluster/launcher_link.hpp"
#include "core/cluster/runtime_directory.hpp"
#include "core/transport/publisher.hpp"
#include "core/transport/responder.hpp"
#include "core/wire/hub_wire.hpp"
#include "hub/registry.hpp"

namespace enginery::hub {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kHeartbeat(500);
constexpr std::size_t kContexts = 64;

wire::EngineEntry to_entry(const RegisteredEngine& engine) {
  return {engine.id,
          engine.identity.uuid,
          static_cast<std::uint64_t>(engine.identity.process.pid),
          engine.identity.process.start,
          engine.identity.endpoint,
          engine.identity.bulk_endpoint,
          engine.identity.hostname};
}

/// Set by a signal when no launcher is there to end the hub.
volatile std::sig_atomic_t ending = 0;

class Hub {
 public:
  Hub(const Uuid& uuid, const Connection::Hub& addresses, cluster::LauncherLink* launcher)
      : uuid_(uuid),
        registry_(uuid),
        launcher_(launcher),
        publisher_(addresses.notifications),
        responder_(addresses.requests, kContexts,
                   [this](auto ticket, auto message) { on_request(ticket, std::move(message)); }) {}

  void on(const cluster::Spawned& spawned) {
    const std::lock_guard lock(mutex_);
    registry_.spawned(spawned.id, spawned.pid);
  }
  void on(const cluster::Died& died) {
    const std::lock_guard lock(mutex_);
    registry_.died(died.id, died.how, died.uuid);
    publish_changes();
  }
  void on(const cluster::Listening&) {}   // what the hub itself says
  void on(const cluster::Registered&) {}  // likewise

  void announce(const Connection::Hub& addresses) {
    const std::lock_guard lock(mutex_);
    if (launcher_) launcher_->send(cluster::Listening{addresses});
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
    for (const cluster::LauncherMessage& message : messages) std::visit([this](const auto& event) { on(event); }, message);
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
        const EngineIdentity identity{engine.uuid, {static_cast<int>(engine.pid), engine.start}, engine.endpoint,
                                      engine.hostname, engine.bulk_endpoint};
        reply.id = registry_.register_engine(identity, engine.id < 0 ? std::nullopt : std::optional(engine.id));
        publish_changes();
        if (launcher_) launcher_->send(cluster::Registered{reply.id, engine.uuid});
        break;
      }
      case wire::HubOp::goodbye:
        if (const RegisteredEngine* engine = registry_.find(request.engine.uuid))
          registry_.died(engine->id, "left", request.engine.uuid);
        publish_changes();
        break;
      case wire::HubOp::snapshot: break;
    }
    const Snapshot snapshot = registry_.snapshot();
    reply.epoch = snapshot.epoch;
    reply.number = snapshot.number;
    for (const RegisteredEngine& engine : snapshot.engines) reply.engines.push_back(to_entry(engine));
    return reply;
  }

  /// Requires: mutex_ is held.
  void publish_changes() {
    for (const Change& change : registry_.changes_since(published_).value_or(std::vector<Change>{})) {
      const auto event = change.kind == Change::Kind::joined ? wire::ChangeEvent::joined : wire::ChangeEvent::left;
      publisher_.publish(wire::encode(wire::Change{event, uuid_, change.number, to_entry(change.engine), change.how}));
      published_ = change.number;
    }
  }

  const Uuid uuid_;
  mutable std::mutex mutex_;
  Registry registry_;
  std::uint64_t published_ = 0;
  cluster::LauncherLink* launcher_;  // written to under mutex_
  transport::Publisher publisher_;
  transport::Responder responder_;
};

}  // namespace

int hub_main(const HubOptions& options) try {
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
  Hub hub(uuid, addresses, launcher ? &*launcher : nullptr);
  hub.announce(addresses);

  Clock::time_point beat = Clock::now() + kHeartbeat;
  while (!ending && !hub.launcher_gone()) {
    pollfd watched{launcher ? launcher->fd() : -1, POLLIN, 0};
    if (hub.wants_write()) watched.events |= POLLOUT;
    const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(beat - Clock::now()).count();
    ::poll(&watched, 1, static_cast<int>(std::max<long>(patience, 0)));
    if (Clock::now() >= beat) {
      hub.heartbeat();
      beat = Clock::now() + kHeartbeat;
    }
    if (launcher && watched.revents) hub.serve_launcher();
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
