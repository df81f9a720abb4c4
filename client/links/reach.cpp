// client/links/reach.cpp: by which way a client reaches an engine.
#include "client/links/reach.hpp"

#include <enginery/errors.hpp>

#include "core/processes/host.hpp"

namespace enginery {

Reach reach_of(const wire::EngineEntry& engine, const Connection& connection) {
  const cluster::Host its{engine.hostname, engine.boot, engine.pid_namespace}, &own = cluster::Host::self();
  const Reach ipc{engine.endpoint, engine.bulk_endpoint, engine.output_endpoint, own.same_pids(its)};
  if (engine.remote_endpoint.empty() || (own.same_host(its) && cluster::socket_is_reachable(engine.endpoint)))
    return ipc;
  try {
    return {cluster::remote_address(connection, engine.remote_endpoint),
            cluster::remote_address(connection, engine.remote_bulk_endpoint),
            cluster::remote_address(connection, engine.remote_output_endpoint), own.same_pids(its)};
  } catch (const ConnectionError&) {
    return ipc;  // does not happen: the hub admits no engine with such an address
  }
}

}  // namespace enginery
