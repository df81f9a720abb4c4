// engine/presence.hpp: an engine's place at the hub, also at one that follows a hub that died.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/transport/line.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery::engine {

/// Registers an engine, and from then on has a request open at the hub. When the request fails, the hub is gone: the
/// engine then registers again, with its id and uuid, at the hub that follows. Tasks and clients notice nothing.
///
/// Threads: belongs to one; keep() begins one of its own, for the rest of the process.
class Presence {
 public:
  /// Registers `self`, whose id may be -1, at the address `hub`. Throws ConnectionError: no hub answers for ten
  /// seconds, or it refuses, with its words.
  Presence(cluster::Address hub, wire::EngineEntry self);
  int id() const noexcept { return self_.id; }

  /// Why an engine leaves: the hub said that the cluster has ended; the hub refused it, because it was declared dead or
  /// because its id is another's; or the hub was silent.
  enum class End : std::uint8_t { cluster_ended, unwanted, silence };

  /// Stays registered until it calls `on_end`, with words: for `silence` after `patience` without a word of the hub,
  /// never if there is no `patience`. Requires: called once.
  void keep(std::optional<std::chrono::milliseconds> patience,
            std::function<void(End end, const std::string& words)> on_end);
  /// Leaves, if the hub answers soon.
  void leave() const noexcept;

 private:
  wire::EngineEntry self_;
  const std::shared_ptr<transport::Line> hub_;  // shared with the thread
};

}  // namespace enginery::engine
