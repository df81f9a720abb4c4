// hub/registry.hpp: which engines there are, and which ones may register.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clusters/launcher_link.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery::hub {

/// `starting`: its process was started and has not registered. `awaited`: the hub that this one follows knew it, and it
/// has not registered again. `suspect`: silent for a while.
enum class EngineState : std::uint8_t { starting, awaited, alive, suspect, dead };

struct RegisteredEngine {
  /// What it says of itself, with the id that it has.
  wire::EngineEntry entry;
  EngineState state = EngineState::starting;
  /// How it died; empty while it lives.
  std::string how{};
  /// What is done about its death.
  cluster::AfterDeath next = cluster::AfterDeath::nothing;

  int id() const { return entry.id; }
  /// Alive as far as anybody knows.
  bool takes_tasks() const { return state == EngineState::alive || state == EngineState::suspect; }
  /// Its clients count on it.
  bool known_to_clients() const { return takes_tasks() || state == EngineState::awaited; }
  ProcessId process() const { return {static_cast<int>(entry.pid), entry.start}; }
  friend bool operator==(const RegisteredEngine&, const RegisteredEngine&) = default;
};
/// Both are of one process that listens at the same addresses, whatever ids they have.
bool same_engine(const wire::EngineEntry& one, const wire::EngineEntry& other);

/// A state machine without clock, threads or sockets. Ids count from 0 and are never reused, except by a restart of
/// that very engine under a new uuid.
///
/// Threads: belongs to one thread at a time.
class Registry {
 public:
  /// `epoch`: the uuid of this hub.
  explicit Registry(const Uuid& epoch) : epoch_(epoch) {}

  /// The hub that this one follows knew that engine as `id`: no other engine gets the id while it may live.
  void await(int id, const Uuid& uuid, const ProcessId& process);
  /// Ids below this are given only to engines that want them.
  void reserve(int next_id) { next_id_ = std::max(next_id_, next_id); }
  /// The launcher started a process that will register as `id`; no other engine gets that id. After a death it is a
  /// restart.
  void spawned(int id, int pid);
  /// Takes an engine in and returns its id: the one that is `wanted`, else the lowest never used. The same registration
  /// again (its answer was lost) gives the same id and is no change. Throws ValueError, with words: the id it wants is
  /// taken by an engine that lives, or kept for another process; the uuid is nil, that of another engine, or was
  /// declared dead.
  int register_engine(const wire::EngineEntry& entry, std::optional<int> wanted);
  /// The process of engine `id` is gone, or is held to be. True if that is news: the first account of how stands. With
  /// a `uuid` only that incarnation is meant, so late news of a former one changes nothing.
  bool died(int id, const std::string& how, std::optional<Uuid> uuid = std::nullopt,
            cluster::AfterDeath next = cluster::AfterDeath::nothing);
  /// A dead engine is being started again on request.
  void comes_back(int id) { engines_.at(id).next = cluster::AfterDeath::starts_anew; }
  /// An engine is silent, or is heard again; the set does not change. False if no such engine lives.
  bool set_suspect(int id, bool suspect);

  /// The engine of this id, dead or alive; null if there never was one. Valid until the next call that is not const.
  const RegisteredEngine* find(int id) const;
  /// The engine with this uuid, if it is the latest one of its id.
  const RegisteredEngine* find(const Uuid& uuid) const;
  /// All that were ever known, also starting and dead, by id.
  std::vector<RegisteredEngine> all() const;
  /// The number of the last change; 0 if there was none.
  std::uint64_t number() const { return number_; }
  /// The oldest change of the set of engines that take tasks which has not been told; nothing if all have. Its number
  /// is one more than that of the change before. Valid until the next call that is not const.
  const wire::Change* untold() const { return changes_.empty() ? nullptr : &changes_.front(); }
  /// untold() has been told. Requires: there is one.
  void told() { changes_.pop_front(); }

 private:
  void note(wire::ChangeEvent event, const RegisteredEngine& engine);

  Uuid epoch_;
  std::uint64_t number_ = 0;
  int next_id_ = 0;
  std::map<int, RegisteredEngine> engines_;
  /// Incarnations that were declared dead, and how they died. None of them may come back.
  std::map<Uuid, std::string> dead_;
  std::deque<wire::Change> changes_;  // untold ones
};

/// What clients are told of who is there and who is not after change `number` of hub `epoch`: of the dead ones, those
/// that `can_start` again.
wire::HubReply to_reply(const Uuid& epoch, std::uint64_t number, const std::vector<RegisteredEngine>& all,
                        const std::function<bool(int id)>& can_start);

/// True if the engine runs where its pid means something here.
bool has_pid_here(const wire::EngineEntry& engine);

/// Checks the addresses, which clients will connect to: in the cluster's folder they must contain the engine's uuid,
/// and for other hosts they must be of `scheme`; there must be none if that is empty. Throws ValueError.
void check_endpoints(const wire::EngineEntry& engine, const std::filesystem::path& directory, std::string_view scheme);

/// Checks that the process which an engine names is its own, since hub and clients will watch it and may end it: it
/// runs, and is the `sender` of the message where the kernel tells the sender. No other engine that is `known` may have
/// this process or these addresses, and the addresses may not be among those `taken` by the hub. Throws ValueError.
void check_claims(const wire::EngineEntry& engine, std::optional<std::uint64_t> sender,
                  const std::vector<RegisteredEngine>& known, const std::vector<std::string>& taken);

}  // namespace enginery::hub
