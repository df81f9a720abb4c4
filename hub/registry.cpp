// hub/registry.cpp: ids, incarnations and numbered changes.
//
// An id stands for a place in the cluster, a uuid for one process that has it. Registrations may be repeated, because
// answers get lost; news of the launcher's and of engines may overtake each other. So each function here says what is
// true after it, and is no change when that was true before.
#include "hub/registry.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <enginery/errors.hpp>

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
        fmt::format("id {} is taken by engine {} (pid {}), which is alive. Leave the id out, and the hub "
                    "chooses one",
                    id, engine.entry.uuid.text(), engine.process().pid));
  if (starts && engine.process().pid != process.pid)
    throw ValueError(
        fmt::format("id {} is kept for the process {}, which the launcher started. Leave the id out, and the "
                    "hub chooses one",
                    id, engine.process().pid));
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
  std::vector<RegisteredEngine> engines;
  for (const auto& [id, engine] : engines_) engines.push_back(engine);
  return engines;
}

}  // namespace enginery::hub
