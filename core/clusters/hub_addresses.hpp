// core/clusters/hub_addresses.hpp: where a cluster's hub is, and by which way a process reaches it.
#pragma once

#include <optional>
#include <string>

#include <enginery/connection.hpp>
#include <enginery/export.hpp>

#include "core/clusters/address.hpp"
#include "core/processes/host.hpp"

namespace enginery::cluster {

/// The hub's host.
ENGINERY_API Host host_of(const Connection& connection);
/// Whether the process of the cluster's launcher lives; nothing where it cannot be seen.
ENGINERY_API std::optional<bool> launcher_lives(const Connection& connection);

/// What is dialled, and with what proof.
struct HubAddresses {
  cluster::Address requests, notifications;
};

/// Over ipc on the hub's own host, else over its remote endpoints. Throws ConnectionError, with the remedy, if the hub
/// listens on another host only.
ENGINERY_API HubAddresses hub_addresses(const Connection& connection);

/// What to say to who chose this connection, by naming its file, if all that goes to another host goes in the clear;
/// empty if it does not. Throws as hub_addresses().
ENGINERY_API std::string remark_on_clear_text(const Connection& connection);

/// The address of `url`, which an engine of this cluster has registered: with the cluster's credentials if it needs
/// some. Throws ConnectionError if it is not of the scheme that the cluster uses: nothing is sent in the clear because
/// an engine says so.
ENGINERY_API cluster::Address remote_address(const Connection& connection, const std::string& url);

}  // namespace enginery::cluster
