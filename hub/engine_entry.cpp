// hub/engine_entry.cpp: what an engine says of itself, between the wire and the registry.
#include "hub/engine_entry.hpp"

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/cluster/endpoint.hpp"
#include "core/cluster/host.hpp"

namespace enginery::hub {

/// Of a text that came from outside, in bytes.
constexpr std::size_t kLongestShown = 255;

wire::EngineEntry to_entry(const RegisteredEngine& engine) {
  return {engine.id,
          engine.identity.uuid,
          static_cast<std::uint64_t>(engine.identity.process.pid),
          engine.identity.process.start,
          engine.identity.endpoint,
          engine.identity.bulk_endpoint,
          engine.identity.hostname,
          engine.identity.output_endpoint,
          engine.identity.boot,
          engine.identity.pid_namespace,
          engine.identity.remote_endpoint,
          engine.identity.remote_bulk_endpoint,
          engine.identity.remote_output_endpoint};
}

EngineIdentity to_identity(const wire::EngineEntry& engine) {
  return {engine.uuid,
          {static_cast<int>(engine.pid), engine.start},
          engine.endpoint,
          engine.hostname,
          engine.bulk_endpoint,
          engine.output_endpoint,
          engine.boot,
          engine.pid_namespace,
          engine.remote_endpoint,
          engine.remote_bulk_endpoint,
          engine.remote_output_endpoint};
}

bool has_pid_here(const EngineIdentity& engine) {
  return cluster::Host::self().same_pids({engine.hostname, engine.boot, engine.pid_namespace});
}

void check_endpoints(const wire::EngineEntry& engine, std::string_view scheme) {
  const auto check = [](const std::string& url, std::string_view wanted) {
    const auto endpoint = cluster::Endpoint::parse(url);
    if (!endpoint || endpoint->scheme != wanted)
      throw ValueError(fmt::format("'{}' is no address of an engine of this cluster; use one version of enginery",
                                   url.substr(0, kLongestShown)));
  };
  const bool local = !engine.endpoint.empty(), remote = !engine.remote_endpoint.empty();
  if (local || !remote)
    for (const auto* url : {&engine.endpoint, &engine.bulk_endpoint, &engine.output_endpoint})
      check(*url, cluster::kIpc);
  if (remote)
    for (const auto* url : {&engine.remote_endpoint, &engine.remote_bulk_endpoint, &engine.remote_output_endpoint})
      check(*url, scheme);
  if (engine.hostname.size() > kLongestShown || engine.boot.size() > kLongestShown)
    throw ValueError("an engine's host has a name of more than 255 bytes; use one version of enginery");
}

}  // namespace enginery::hub
