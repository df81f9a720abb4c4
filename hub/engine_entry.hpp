// hub/engine_entry.hpp: what an engine says of itself, between the wire and the registry.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/wire/hub_wire.hpp"
#include "hub/registry.hpp"

namespace enginery::hub {

/// What clients are told of who is there and who is not after change `number` of hub `epoch`: of the dead ones, those
/// that `can_start` again.
wire::HubReply to_reply(const Uuid& epoch, std::uint64_t number, const std::vector<RegisteredEngine>& all,
                        const std::function<bool(int id)>& can_start);

/// True if the engine runs where its pid means something here.
bool has_pid_here(const wire::EngineEntry& engine);

/// Clients will dial what an engine says, so it must be what engines listen at: in the cluster's folder under its own
/// uuid, and at addresses of `scheme` for other hosts; none if that is empty. Throws ValueError.
void check_endpoints(const wire::EngineEntry& engine, const std::filesystem::path& directory, std::string_view scheme);

/// Clients and hub will watch the process that an engine names, and may end it, so it must be its own: it runs, and is
/// the `sender` of the message, if the kernel says who that is. Nobody else that is `known` has it, nor its addresses;
/// `taken`: those of the hub. Throws ValueError.
void check_claims(const wire::EngineEntry& engine, std::optional<std::uint64_t> sender,
                  const std::vector<RegisteredEngine>& known, const std::vector<std::string>& taken);

}  // namespace enginery::hub
