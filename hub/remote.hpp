// hub/remote.hpp: where a hub listens for other hosts.
#pragma once

#include <optional>
#include <string_view>

#include <enginery/connection.hpp>

#include "hub/hub_main.hpp"

namespace enginery::hub {

/// Where the hub is to listen for other hosts, and with what credentials: those of the former hub in its place, whose
/// connection file other hosts have; else new ones. Nothing if it was not told to. Throws ValueError, ConnectionError.
std::optional<Connection::Remote> remote_of(const HubOptions& options);

/// Of its addresses; empty if there are none.
std::string_view scheme_of(const std::optional<Connection::Remote>& remote);

}  // namespace enginery::hub
