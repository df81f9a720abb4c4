// core/clusters/hub_addresses.cpp: where a cluster's hub is, and by which way a process reaches it.
#include "core/clusters/hub_addresses.hpp"

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/clusters/endpoint.hpp"

namespace enginery::cluster {

Host host_of(const Connection& connection) { return {connection.hostname, connection.boot, connection.pid_namespace}; }

std::optional<bool> launcher_lives(const Connection& connection) {
  if (!Host::self().same_pids(host_of(connection))) return std::nullopt;
  return connection.launcher.alive();
}

HubAddresses hub_addresses(const Connection& connection) {
  const bool here = Host::self().same_host(host_of(connection)),
             reachable = socket_is_reachable(connection.hub.requests);
  // A container may see the folder of a cluster that does not listen for other hosts.
  const bool ipc = reachable ? here || !connection.remote : here && !connection.remote;
  if (ipc) return {connection.hub.requests, connection.hub.notifications};
  if (!connection.remote)
    throw ConnectionError(fmt::format(
        "cluster '{}' is on host {} and listens there only; start it with `enginery start --listen HOST`, and copy its "
        "connection file anew",
        connection.cluster, connection.hostname));
  return {remote_address(connection, connection.remote->requests),
          remote_address(connection, connection.remote->notifications)};
}

std::string remark_on_clear_text(const Connection& connection) {
  if (!hub_addresses(connection).requests.url.starts_with(kPlain)) return "";
  return fmt::format(
      "cluster '{}' on host {} was started with --insecure: whoever is on the way can read and change what goes there, "
      "and nothing proves who answers",
      connection.cluster, connection.hostname);
}

cluster::Address remote_address(const Connection& connection, const std::string& url) {
  const auto endpoint = Endpoint::parse(url);
  const bool tls = connection.remote && connection.remote->credentials;
  if (!connection.remote || !endpoint || endpoint->scheme != (tls ? kTls : kPlain))
    throw ConnectionError(fmt::format("'{}' is no address of cluster '{}', which {}", url, connection.cluster,
                                      tls ? "speaks TLS" : "does not"));
  return {url, connection.remote->credentials};
}

}  // namespace enginery::cluster
