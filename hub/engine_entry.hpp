// hub/engine_entry.hpp: what an engine says of itself, checked before others hear of it.
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

/// Checks the addresses, which clients will connect to: in the cluster's folder they must contain the engine's uuid,
/// and for other hosts they must be of `scheme`; there must be none if that is empty. Throws ValueError.
void check_endpoints(const wire::EngineEntry& engine, const std::filesystem::path& directory, std::string_view scheme);

/// Checks that the process which an engine names is its own, since hub and clients will watch it and may end it: it
/// runs, and is the `sender` of the message where the kernel tells the sender. No other engine that is `known` may have
/// this process or these addresses, and the addresses may not be among those `taken` by the hub. Throws ValueError.
void check_claims(const wire::EngineEntry& engine, std::optional<std::uint64_t> sender,
                  const std::vector<RegisteredEngine>& known, const std::vector<std::string>& taken);

}  // namespace enginery::hub
