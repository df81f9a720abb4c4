// hub/engine_entry.hpp: what an engine says of itself, between the wire and the registry.
#pragma once

#include <string_view>

#include "core/wire/hub_wire.hpp"
#include "hub/registry.hpp"

namespace enginery::hub {

wire::EngineEntry to_entry(const RegisteredEngine& engine);
EngineIdentity to_identity(const wire::EngineEntry& engine);

/// True if the engine runs where its pid means something here.
bool has_pid_here(const EngineIdentity& engine);

/// Clients will dial what an engine says, so it must be what engines listen at. `scheme`: of this cluster's remote
/// addresses; empty if it has none. Throws ValueError.
void check_endpoints(const wire::EngineEntry& engine, std::string_view scheme);

}  // namespace enginery::hub
