// client/links/reach.hpp: by which way a client reaches an engine.
#pragma once

#include <enginery/connection.hpp>

#include "core/clusters/address.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery {

/// What is dialled, and whether the engine's pid means something here.
struct Reach {
  cluster::Address tasks, bulk, output;
  bool same_pids = false;
};

/// By ipc on the engine's own host, else by its remote endpoints. Never throws: if there is no way, dialling reports
/// it.
Reach reach_of(const wire::EngineEntry& engine, const Connection& connection);

}  // namespace enginery
