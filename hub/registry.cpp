// hub/registry.cpp: which engines there are, and which ones may register.
//
// An id stands for a place in the cluster, a uuid for one process that has it. Registrations may be repeated, because
// answers get lost; news of the launcher's and of engines may overtake each other. So each function here says what is
// true after it, and is no change when that was true before.
//
// Whoever can connect to the hub can register an engine. Clients will connect to the addresses that it names, and hub
// and clients will watch its process and may kill it. So an engine may name only what can be its own.
#include "hub/registry.hpp"

#include <array>
#include <limits>
#include <ranges>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/clusters/address.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "core/processes/host.hpp"

namespace enginery::hub {

/// An engine that asks for a higher id does so by mistake. Later ids must still fit.
constexpr int kHighestId = 1'000'000;

static wire::EngineEntry entry_of(int id, const Uuid& uuid, const ProcessId& process) {
  return {.id = id, .uuid = uuid, .pid = static_cast<std::uint64_t>(process.pid), .start = process.start};
}

bool same_engine(const wire::EngineEntry& one, const wire::EngineEntry& other) {
  wire::EngineEntry alike = one;
  alike.id = other.id;
  return alike == other;
}

void Registry::note(wire::ChangeEvent event, const RegisteredEngine& engine) {
  changes_.push_back({event, epoch_, ++number_, engine.entry, engine.how});
}

void Registry::await(int id, const Uuid& uuid, const ProcessId& process) {
  engines_[id] = {entry_of(id, uuid, process), EngineState::awaited};
  reserve(id + 1);
}

void Registry::spawned(int id, int pid) {
  reserve(id + 1);
  RegisteredEngine& engine = engines_[id];
  // An engine can register before the launcher's word about it arrives.
  if (engine.known_to_clients() && engine.process().pid == pid) return;
  if (engine.known_to_clients()) died(id, "replaced by the launcher");
  engine = {entry_of(id, {}, {.pid = pid})};
}

int Registry::register_engine(const wire::EngineEntry& entry, std::optional<int> wanted) {
  const std::string uuid = entry.uuid.text();
  if (entry.uuid.nil()) throw ValueError("an engine registered without a uuid; start it with `enginery engine`");
  if (const auto dead = dead_.find(entry.uuid); dead != dead_.end())
    throw ValueError(
        fmt::format("engine {} was declared dead ({}) and cannot come back; start a new one", uuid, dead->second));
  const RegisteredEngine* const known = find(entry.uuid);
  // Of an engine that the former hub knew, only its process is known.
  const ProcessId process{static_cast<int>(entry.pid), entry.start};
  const bool same =
      known && (known->state == EngineState::awaited ? known->process() == process : same_engine(known->entry, entry));
  if (known && !same)
    throw ValueError(fmt::format("engine {} is registered already, by pid {}, and this is another; start a new one",
                                 uuid, known->process().pid));
  if (known && wanted && *wanted != known->id())
    throw ValueError(
        fmt::format("engine {} is registered as {} and asks for id {}; start a new one", uuid, known->id(), *wanted));
  if (known && known->takes_tasks()) return known->id();
  if (wanted && (*wanted < 0 || *wanted > kHighestId))
    throw ValueError(fmt::format("engine {} asks for id {}; ids count from 0 to {}. Leave it out, and the hub chooses",
                                 uuid, *wanted, kHighestId));
  const int id = known ? known->id() : wanted.value_or(next_id_);
  RegisteredEngine& engine = engines_[id];
  const bool starts = engine.state == EngineState::starting && engine.process().pid != 0;
  if (!known && engine.known_to_clients())
    throw ValueError(
        fmt::format("id {} is taken by engine {} (pid {}), which is alive. Leave the id out, and the hub chooses one",
                    id, engine.entry.uuid.text(), engine.process().pid));
  if (starts && engine.process().pid != process.pid)
    throw ValueError(fmt::format(
        "id {} is kept for the process {}, which the launcher started. Leave the id out, and the hub chooses one", id,
        engine.process().pid));
  reserve(id + 1);
  engine = {entry, EngineState::alive};
  engine.entry.id = id;
  note(wire::ChangeEvent::joined, engine);
  return id;
}

bool Registry::died(int id, const std::string& how, std::optional<Uuid> uuid, cluster::AfterDeath next) {
  const auto found = engines_.find(id);
  if (found == engines_.end()) return false;
  RegisteredEngine& engine = found->second;
  if (uuid && *uuid != engine.entry.uuid) return false;
  if (engine.state == EngineState::dead) {
    if (next == cluster::AfterDeath::nothing) return false;
    engine.next = next;  // the launcher decides anew
    engine.how = how;
    return false;
  }
  const bool was_known = engine.known_to_clients();
  engine.state = EngineState::dead;
  engine.how = how;
  engine.next = next;
  if (was_known) {
    dead_.emplace(engine.entry.uuid, how);
    note(wire::ChangeEvent::left, engine);
  }
  return true;
}

bool Registry::set_suspect(int id, bool suspect) {
  const auto found = engines_.find(id);
  if (found == engines_.end() || !found->second.takes_tasks()) return false;
  found->second.state = suspect ? EngineState::suspect : EngineState::alive;
  return true;
}

const RegisteredEngine* Registry::find(int id) const {
  const auto found = engines_.find(id);
  return found == engines_.end() ? nullptr : &found->second;
}

const RegisteredEngine* Registry::find(const Uuid& uuid) const {
  for (const auto& [id, engine] : engines_)
    if (!uuid.nil() && engine.entry.uuid == uuid) return &engine;
  return nullptr;
}

std::vector<RegisteredEngine> Registry::all() const {
  const auto engines = std::views::values(engines_);
  return {engines.begin(), engines.end()};
}

/// Bytes of a text from outside that a message shows.
constexpr std::size_t kLongestShown = 255;

static std::optional<wire::Absence> absence_of(const RegisteredEngine& engine) {
  if (engine.state == EngineState::starting) return wire::Absence::starting;
  if (engine.state == EngineState::awaited) return wire::Absence::awaited;
  if (engine.state != EngineState::dead) return std::nullopt;
  if (engine.next == cluster::AfterDeath::starts_anew) return wire::Absence::restarting;
  return engine.next == cluster::AfterDeath::gives_up ? wire::Absence::given_up : wire::Absence::dead;
}

wire::HubReply to_reply(const Uuid& epoch, std::uint64_t number, const std::vector<RegisteredEngine>& all,
                        const std::function<bool(int id)>& can_start) {
  wire::HubReply reply{.epoch = epoch, .number = number};
  for (const RegisteredEngine& engine : all) {
    if (engine.takes_tasks()) reply.engines.push_back(engine.entry);
    if (const auto absence = absence_of(engine); absence && (*absence != wire::Absence::dead || can_start(engine.id())))
      reply.absent.push_back({engine.id(), engine.entry.uuid, *absence, engine.how});
  }
  return reply;
}

bool has_pid_here(const wire::EngineEntry& engine) {
  return cluster::Host::self().same_pids({engine.hostname, engine.boot, engine.pid_namespace});
}

void check_endpoints(const wire::EngineEntry& engine, const std::filesystem::path& directory, std::string_view scheme) {
  const bool local = !engine.endpoint.empty(), remote = !engine.remote_endpoint.empty();
  if ((local || !remote) && cluster::engine_addresses(directory, engine.uuid) !=
                                std::array{engine.endpoint, engine.bulk_endpoint, engine.output_endpoint})
    throw ValueError(
        fmt::format("'{}' is no address of this engine in the folder of its cluster ({}); use one version of enginery, "
                    "and start engines with the connection file of that folder",
                    engine.endpoint.substr(0, kLongestShown), directory.string()));
  if (remote)
    for (const auto* url : {&engine.remote_endpoint, &engine.remote_bulk_endpoint, &engine.remote_output_endpoint})
      if (const auto endpoint = cluster::Endpoint::parse(*url); !endpoint || endpoint->scheme != scheme)
        throw ValueError(fmt::format("'{}' is no address of an engine of this cluster; use one version of enginery",
                                     url->substr(0, kLongestShown)));
  if (engine.hostname.size() > kLongestShown || engine.boot.size() > kLongestShown)
    throw ValueError("an engine's host has a name of more than 255 bytes; use one version of enginery");
  if (engine.pid == 0 || engine.pid > std::numeric_limits<int>::max())
    throw ValueError(fmt::format("{} is no id of a process; use one version of enginery", engine.pid));
}

void check_claims(const wire::EngineEntry& engine, std::optional<std::uint64_t> sender,
                  const std::vector<RegisteredEngine>& known, const std::vector<std::string>& taken) {
  const ProcessId process{static_cast<int>(engine.pid), engine.start};
  const int pid = process.pid;
  const bool here = has_pid_here(engine);
  if (here && sender && *sender != static_cast<std::uint64_t>(pid))
    throw ValueError(fmt::format("process {} claims to be process {}; an engine registers itself", *sender, pid));
  if (here && (!process.alive() || process == ProcessId::self()))
    throw ValueError(fmt::format("process {} does not run here, or is the hub; an engine registers itself", pid));
  const auto addresses = [](const wire::EngineEntry& one) {
    return std::array{one.remote_endpoint, one.remote_bulk_endpoint, one.remote_output_endpoint};
  };
  const auto expect_free = [&](const std::string& address, const std::string& owner) {
    for (const std::string& own : addresses(engine))
      if (!own.empty() && own == address)
        throw ValueError(fmt::format("{} is the address of {}; listen at another one (--listen)", own, owner));
  };
  for (const std::string& address : taken) expect_free(address, "the hub");
  for (const RegisteredEngine& other : known) {
    if (!other.takes_tasks() || other.entry.uuid == engine.uuid) continue;
    for (const std::string& address : addresses(other.entry))
      expect_free(address, fmt::format("engine {}", other.id()));
    if (here && has_pid_here(other.entry) && other.process() == process)
      throw ValueError(fmt::format("process {} is engine {} already; an engine registers itself", pid, other.id()));
  }
}

}  // namespace enginery::hub
