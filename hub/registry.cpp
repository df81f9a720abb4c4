// hub/registry.cpp: ids, incarnations and numbered changes.
#include "hub/registry.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <enginery/errors.hpp>

namespace enginery::hub {

/// Beyond it would be a mistake, and the ids above it are for others.
constexpr int kHighestId = 1'000'000;

const char* to_string(EngineState state) noexcept {
  switch (state) {
    case EngineState::starting:
      return "starting";
    case EngineState::awaited:
      return "awaited";
    case EngineState::alive:
      return "alive";
    case EngineState::suspect:
      return "suspect";
    case EngineState::dead:
      return "dead";
  }
  return "?";
}

bool Registry::takes_tasks(const RegisteredEngine& engine) {
  return engine.state == EngineState::alive || engine.state == EngineState::suspect;
}

bool Registry::known_to_clients(const RegisteredEngine& engine) {
  return takes_tasks(engine) || engine.state == EngineState::awaited;
}

void Registry::note(Change::Kind kind, const RegisteredEngine& engine) {
  changes_.push_back({++number_, kind, engine, kind == Change::Kind::left ? engine.how : std::string()});
}

void Registry::await(int id, const Uuid& uuid, const ProcessId& process) {
  RegisteredEngine engine{id, {}, EngineState::awaited, {}};
  engine.identity.uuid = uuid;
  engine.identity.process = process;
  engines_[id] = engine;
  reserve(id + 1);
}

void Registry::spawned(int id, int pid) {
  reserve(id + 1);
  RegisteredEngine& engine = engines_[id];
  // An engine can be faster than the launcher's word about it.
  if (known_to_clients(engine) && engine.identity.process.pid == pid) return;
  if (known_to_clients(engine)) died(id, "replaced by the launcher");
  engine = {};
  engine.id = id;
  engine.identity.process.pid = pid;
}

int Registry::register_engine(const EngineIdentity& identity, std::optional<int> wanted) {
  const std::string uuid = identity.uuid.text();
  if (identity.uuid.nil()) throw ValueError("an engine registered without a uuid; start it with `enginery engine`");
  if (const auto dead = dead_.find(identity.uuid); dead != dead_.end())
    throw ValueError(
        fmt::format("engine {} was declared dead ({}) and cannot come back; start a new one", uuid, dead->second));
  const RegisteredEngine* const known = find(identity.uuid);
  // Of one that the former hub knew, only its process is known.
  const bool same = known && (known->state == EngineState::awaited ? known->identity.process == identity.process
                                                                   : known->identity == identity);
  if (known && !same)
    throw ValueError(fmt::format("engine {} is registered already, by pid {}, and this is another; start a new one",
                                 uuid, known->identity.process.pid));
  if (known && wanted && *wanted != known->id)
    throw ValueError(
        fmt::format("engine {} is registered as {} and asks for id {}; start a new one", uuid, known->id, *wanted));
  if (known && takes_tasks(*known)) return known->id;
  if (wanted && (*wanted < 0 || *wanted > kHighestId))
    throw ValueError(fmt::format("engine {} asks for id {}; ids count from 0 to {}. Leave it out, and the hub chooses",
                                 uuid, *wanted, kHighestId));
  const int id = known ? known->id : wanted.value_or(next_id_);
  RegisteredEngine& engine = engines_[id];
  const bool starts = engine.state == EngineState::starting && engine.identity.process.pid != 0;
  if (!known && known_to_clients(engine))
    throw ValueError(
        fmt::format("id {} is taken by engine {} (pid {}), which is alive. Leave the id out, and the hub "
                    "chooses one",
                    id, engine.identity.uuid.text(), engine.identity.process.pid));
  if (starts && engine.identity.process.pid != identity.process.pid)
    throw ValueError(
        fmt::format("id {} is kept for the process {}, which the launcher started. Leave the id out, and the "
                    "hub chooses one",
                    id, engine.identity.process.pid));
  reserve(id + 1);
  engine = {id, identity, EngineState::alive, {}};
  note(Change::Kind::joined, engine);
  return id;
}

bool Registry::died(int id, const std::string& how, std::optional<Uuid> uuid, cluster::AfterDeath next) {
  const auto found = engines_.find(id);
  if (found == engines_.end()) return false;
  RegisteredEngine& engine = found->second;
  if (uuid && *uuid != engine.identity.uuid) return false;
  if (engine.state == EngineState::dead) {
    if (next == cluster::AfterDeath::nothing) return false;
    engine.next = next;  // the launcher has thought better of it
    engine.how = how;
    return false;
  }
  const bool was_known = known_to_clients(engine);
  engine.state = EngineState::dead;
  engine.how = how;
  engine.next = next;
  if (was_known) {
    dead_.emplace(engine.identity.uuid, how);
    note(Change::Kind::left, engine);
  }
  return true;
}

bool Registry::set_suspect(int id, bool suspect) {
  const auto found = engines_.find(id);
  if (found == engines_.end() || !takes_tasks(found->second)) return false;
  found->second.state = suspect ? EngineState::suspect : EngineState::alive;
  return true;
}

const RegisteredEngine* Registry::find(int id) const {
  const auto found = engines_.find(id);
  return found == engines_.end() ? nullptr : &found->second;
}

const RegisteredEngine* Registry::find(const Uuid& uuid) const {
  for (const auto& [id, engine] : engines_)
    if (!uuid.nil() && engine.identity.uuid == uuid) return &engine;
  return nullptr;
}

Snapshot Registry::snapshot() const {
  Snapshot snapshot{epoch_, number_, {}};
  for (const auto& [id, engine] : engines_)
    if (takes_tasks(engine)) snapshot.engines.push_back(engine);
  return snapshot;
}

std::vector<RegisteredEngine> Registry::all() const {
  std::vector<RegisteredEngine> engines;
  for (const auto& [id, engine] : engines_) engines.push_back(engine);
  return engines;
}

}  // namespace enginery::hub
