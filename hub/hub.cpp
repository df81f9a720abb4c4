// hub/hub.cpp: the hub's state, and what it answers.
//
// A hub can follow one that died. The launcher then first tells it which engines the former hub knew, so that no id is
// given away and no client takes an engine for dead. Such an engine is awaited until it registers again, which it does
// as soon as it finds the new hub, or until its process is known to have ended.
//
// NNG's threads bring the requests. Each is answered under the mutex from what is known, except an engine's presence,
// which is held until the next heartbeat but one.
#include "hub/hub.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/clusters/address.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "core/diagnosis/flight_recorder.hpp"

namespace enginery::hub {

/// For requests that are answered at once.
constexpr std::size_t kContexts = 64;
/// How long the hub waits for the goodbyes of engines that were told of the cluster's end.
constexpr std::chrono::milliseconds kFarewell(500);

static wire::HubReply refusal(const Error& error) {
  return {.ok = false, .words = error.what(), .ename = error.ename()};
}

Hub::Hub(const Connection::Hub& addresses, const HubOptions& options, std::string_view remote_scheme,
         cluster::LauncherLink* launcher, const std::vector<cluster::LauncherMessage>& former, cluster::Log& log)
    : uuid_(addresses.uuid),
      cluster_(options.cluster),
      remote_scheme_(remote_scheme),
      directory_(options.directory),
      registry_(uuid_),
      launcher_(launcher),
      deaths_(options.dead_after),
      log_(log),
      publisher_(addresses.notifications),
      responder_(
          [&] {
            // Before the first request is heard.
            for (const cluster::LauncherMessage& message : former)
              std::visit([this](const auto& event) { on(event); }, message);
            return addresses.requests;
          }(),
          kContexts, [this](auto ticket, auto message) { on_request(ticket, std::move(message)); }) {}

void Hub::on(const cluster::Spawned& spawned) {
  launcher_.note(spawned);
  registry_.spawned(spawned.id, spawned.pid);
  // An engine can register before the launcher's word about it arrives; it then seemed to join by itself.
  if (const RegisteredEngine* known = registry_.find(spawned.id); known->process().pid == spawned.pid)
    deaths_.forget(known->entry.uuid);
  publish_changes();
}

void Hub::on(const cluster::Died& died) {
  launcher_.note(died);
  registry_.died(died.id, died.how, died.uuid, died.next);
  publish_changes();
}

void Hub::on(const cluster::Registered& registered) {
  registry_.await(registered.id, registered.uuid, registered.process);
  deaths_.watch(registered.id, registered.uuid, registered.process, registered.local, Clock::now());
}

void Hub::on(const cluster::Resumed& resumed) { registry_.reserve(resumed.next_id); }

void Hub::turn() {
  std::vector<pollfd> polled;
  {
    const std::lock_guard lock(mutex_);
    polled.push_back(launcher_.polled());
    deaths_.add_polled(polled);
  }
  const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(next_beat_ - Clock::now()).count();
  ::poll(polled.data(), polled.size(), static_cast<int>(std::max<long>(patience, 0)));
  if (Clock::now() >= next_beat_) {
    heartbeat();
    look_at_watched();  // also at processes of which no descriptor could be had
    next_beat_ = Clock::now() + kHeartbeat;
  }
  if (polled[0].revents) {
    const std::lock_guard lock(mutex_);
    launcher_.flush();
    hear_launcher();
  }
  if (std::any_of(polled.begin() + 1, polled.end(), [](const pollfd& one) { return one.revents != 0; }))
    look_at_watched();
}

void Hub::look_at_watched() {
  deaths_.wait_again();
  const std::lock_guard lock(mutex_);
  for (const DeathWatch::Death& death : deaths_.ended()) registry_.died(death.id, death.how, death.engine);
  publish_changes();
}

void Hub::listen(Connection::Remote& remote) {
  remote.requests = responder_.listen({remote.requests, remote.credentials});
  remote.notifications = publisher_.listen({remote.notifications, remote.credentials});
  const std::lock_guard lock(mutex_);
  own_addresses_ = {remote.requests, remote.notifications};
}

void Hub::announce(const Connection::Hub& addresses, const std::optional<Connection::Remote>& remote) {
  const std::lock_guard lock(mutex_);
  launcher_.tell(cluster::Listening{addresses, remote});
}

bool Hub::launcher_gone() const {
  const std::lock_guard lock(mutex_);
  return launcher_.gone();
}

void Hub::hear_launcher() {
  for (const cluster::LauncherMessage& message : launcher_.hear())
    std::visit([this](const auto& event) { on(event); }, message);
}

void Hub::heartbeat() {
  std::vector<transport::Responder::Ticket> present;
  wire::HubReply reply;
  {
    const std::lock_guard lock(mutex_);
    publisher_.publish(wire::encode(
        wire::Change{.event = wire::ChangeEvent::heartbeat, .epoch = uuid_, .number = registry_.number()}));
    const Clock::time_point now = Clock::now();
    present = presences_.due(now, kHeartbeat);
    for (const Silence::Verdict& verdict : deaths_.look(now)) {
      const RegisteredEngine* engine = registry_.find(verdict.engine);
      if (!engine) continue;
      if (verdict.state == EngineState::dead)
        registry_.died(engine->id(), "it is on another host, and was silent for too long", verdict.engine);
      else {
        const bool suspect = verdict.state == EngineState::suspect;
        registry_.set_suspect(engine->id(), suspect);
        log_.warn("engine {} of host {} is {}", engine->id(), engine->entry.hostname, suspect ? "suspect" : "alive");
      }
    }
    publish_changes();
    reply.epoch = uuid_;
    reply.number = registry_.number();
  }
  for (const transport::Responder::Ticket ticket : present) responder_.answer(ticket, wire::encode(reply));
}

bool Hub::is_launched(const RegisteredEngine& engine) const {
  return launcher_.started(engine.id(), engine.process().pid);
}

void Hub::end_cluster() {
  std::unique_lock lock(mutex_);
  ended_ = true;
  std::vector<transport::Responder::Ticket> present;
  for (const RegisteredEngine& engine : registry_.all())
    if (!is_launched(engine))
      if (const auto ticket = presences_.dismiss(engine.entry.uuid)) present.push_back(*ticket);
  lock.unlock();
  for (const transport::Responder::Ticket ticket : present)
    responder_.answer(ticket, wire::encode(refusal(cluster_ended())));
  lock.lock();
  goodbye_.wait_for(lock, kFarewell, [this] {
    return std::ranges::all_of(registry_.all(),
                               [this](const auto& engine) { return !engine.takes_tasks() || is_launched(engine); });
  });
}

Error Hub::cluster_ended() const {
  return {std::string(wire::kClusterEnded), fmt::format("cluster '{}' has ended", cluster_)};
}

void Hub::on_request(transport::Responder::Ticket ticket, messages::Message message) {
  wire::HubReply reply;
  try {
    const std::optional<std::uint64_t> sender = message.sender();
    const wire::Opened opened = wire::open_frame(std::move(message).share());
    if (opened.kind != wire::MessageKind::hub_request) throw ProtocolError("the hub takes hub requests only");
    const wire::HubRequest request = wire::decode_hub_request(opened);
    if (request.op == wire::HubOp::presence) {
      if (take_presence(request.engine.uuid, ticket)) return;
      throw ValueError("the hub does not know this engine");
    }
    reply = answer(request, sender);
  } catch (const Error& error) {
    reply = refusal(error);
  } catch (const std::exception& error) {
    reply = {.ok = false, .words = error.what()};
  }
  responder_.answer(ticket, wire::encode(reply));
}

wire::HubReply Hub::answer(const wire::HubRequest& request, std::optional<std::uint64_t> sender) {
  const std::lock_guard lock(mutex_);
  int id = -1;
  Uuid former;
  switch (request.op) {
    case wire::HubOp::register_engine:
      if (ended_) throw cluster_ended();
      id = take_in(request.engine, sender);
      break;
    case wire::HubOp::goodbye:
      if (const RegisteredEngine* engine = registry_.find(request.engine.uuid);
          engine && same_engine(engine->entry, request.engine) &&
          (!sender || !has_pid_here(engine->entry) || *sender == request.engine.pid))
        registry_.died(engine->id(), "left", request.engine.uuid);
      publish_changes();
      goodbye_.notify_one();
      break;
    case wire::HubOp::restart:
    case wire::HubOp::kill:
      id = end(request.engine.id, request.op == wire::HubOp::kill);
      former = registry_.find(request.engine.id)->entry.uuid;
      break;
    case wire::HubOp::snapshot:
    case wire::HubOp::presence:
      break;
  }
  wire::HubReply reply =
      to_reply(uuid_, registry_.number(), registry_.all(), [this](int absent) { return launcher_.can_start(absent); });
  reply.id = id;
  reply.former = former;
  return reply;
}

int Hub::take_in(const wire::EngineEntry& entry, std::optional<std::uint64_t> sender) {
  // The launcher may have told of a death that makes room for this engine.
  hear_launcher();
  int id = -1;
  try {
    check_endpoints(entry, directory_, remote_scheme_);
    check_claims(entry, sender, registry_.all(), own_addresses_);
    id = registry_.register_engine(entry, entry.id < 0 ? std::nullopt : std::optional(entry.id));
  } catch (const ValueError& error) {
    log_.warn("an engine of pid {} is refused: {}", entry.pid, error.what());
    throw;
  }
  const ProcessId process = registry_.find(id)->process();
  const bool local = has_pid_here(entry);
  // The launcher is told first: a hub that follows this one must know what clients were told.
  launcher_.tell(cluster::Registered{id, entry.uuid, process, local});
  publish_changes();
  if (!launcher_.started(id, process.pid)) deaths_.watch(id, entry.uuid, process, local, Clock::now());
  return id;
}

bool Hub::take_presence(const Uuid& uuid, transport::Responder::Ticket ticket) {
  std::optional<transport::Responder::Ticket> former;  // of a connection that the engine gave up
  {
    const std::lock_guard lock(mutex_);
    if (ended_) throw cluster_ended();
    const RegisteredEngine* engine = registry_.find(uuid);
    if (!engine || !engine->takes_tasks()) return false;
    const Clock::time_point now = Clock::now();
    if (!has_pid_here(engine->entry)) deaths_.heard(uuid, now);
    responder_.reserve(kContexts + presences_.size() + 1);
    former = presences_.take(uuid, ticket, now);
  }
  if (former) responder_.answer(*former, wire::encode(wire::HubReply{}));
  return true;
}

int Hub::end(int id, bool kill) {
  hear_launcher();  // it may have started the engine just now
  const RegisteredEngine* engine = registry_.find(id);
  if (!engine)
    throw IndexError(fmt::format("there is no engine {}, and there never was; `enginery status` lists them", id));
  if (launcher_.can_start(id) && (engine->state == EngineState::dead || is_launched(*engine))) {
    launcher_.tell(cluster::Restart{id, kill});
    log_.info("a client has engine {} {}", id, kill ? "killed" : "restarted");
    if (engine->state == EngineState::dead) registry_.comes_back(id);
    return id;
  }
  if (engine->state == EngineState::dead)
    throw ValueError(
        fmt::format("engine {} is gone already ({}); it had joined by itself, and `enginery engine` starts another", id,
                    engine->how));
  if (!deaths_.can_kill(engine->entry.uuid))
    throw ValueError(fmt::format(
        "engine {} joined by itself from host {}; end its process ({}) there, and start another with `enginery engine`",
        id, engine->entry.hostname, engine->entry.pid));
  if (!kill)
    throw ValueError(
        fmt::format("engine {} joined by itself, so no launcher can start it again; end it with `enginery kill {}`, "
                    "and start another with `enginery engine`",
                    id, id));
  deaths_.kill(engine->entry.uuid);
  log_.info("a client has engine {} killed", id);
  return -1;
}

/// Removes what an engine that was killed left in the runtime folder: by its uuid, whatever addresses it named.
static void remove_sockets(const std::filesystem::path& directory, const Uuid& engine) {
  for (const std::string& url : cluster::engine_addresses(directory, engine))
    ::unlink(cluster::Address(url).ipc_path().data());  // to the url's end
}

void Hub::publish_changes() {
  // A change that cannot be published is published again with the next one; clients drop a number that they know.
  for (; const wire::Change* untold = registry_.untold(); registry_.told()) {
    wire::Change news = *untold;
    const wire::EngineEntry& entry = news.engine;
    const bool joined = news.event == wire::ChangeEvent::joined;
    if (!joined) news.last = cluster::FlightRecorder::take(cluster::FlightRecorder::place(directory_, entry.uuid));
    publisher_.publish(wire::encode(news));
    log_.info("engine {} ({}, pid {} of {}) {}{}", entry.id, entry.uuid, entry.pid, entry.hostname,
              joined ? "takes tasks" : "is gone: ", news.how);
    if (joined) continue;
    deaths_.forget(entry.uuid);
    remove_sockets(directory_, entry.uuid);
    const int pid = static_cast<int>(entry.pid);
    if (!launcher_.started(entry.id, pid))
      launcher_.tell(cluster::Died{.id = entry.id, .pid = pid, .uuid = entry.uuid, .how = news.how});
  }
}

}  // namespace enginery::hub
