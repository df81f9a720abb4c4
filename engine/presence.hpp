// engine/presence.hpp: an engine's place at the hub, also at one that follows a hub that died.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/clusters/address.hpp"
#include "core/transport/line.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery::engine {

/// Registers an engine, and from then on has a request open at the hub. When that fails, the hub is gone: the engine
/// registers again, as what it was, at the one that follows. Tasks and clients notice nothing.
///
/// Threads: belongs to one; keep() begins one of its own, for the rest of the process.
class Presence {
 public:
  /// Registers `self`, whose id may be -1, at the address `hub`. Throws ConnectionError: no hub answers for ten
  /// seconds, or it refuses, with its words.
  Presence(cluster::Address hub, wire::EngineEntry self);
  int id() const noexcept { return self_.id; }

  /// Why an engine leaves: `cluster_ended` as its hub says; `unwanted`, since it was declared dead or its id is
  /// another's; or `silence` of the hub.
  enum class End : std::uint8_t { cluster_ended, unwanted, silence };

  /// Stays registered, until `on_end` is called, with words; for `silence` once none was heard for `patience`, and
  /// never without one. Requires: called once.
  void keep(std::optional<std::chrono::milliseconds> patience,
            std::function<void(End end, const std::string& words)> on_end);
  /// Leaves, if the hub answers soon.
  void leave() const noexcept;

 private:
  wire::EngineEntry self_;
  const std::shared_ptr<transport::Line> hub_;  // shared with the thread
};

}  // namespace enginery::engine
