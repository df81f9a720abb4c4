// hub/engine_entry.cpp: what an engine says of itself, checked before others hear of it.
//
// Whoever can connect to the hub can register an engine. Clients will connect to the addresses that it names, and hub
// and clients will watch its process and may kill it. So an engine may name only what can be its own.
#include "hub/engine_entry.hpp"

#include <array>
#include <limits>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/clusters/address.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "core/processes/host.hpp"

namespace enginery::hub {

/// Bytes of a text from outside that a message shows.
constexpr std::size_t kLongestShown = 255;

static std::optional<wire::Absence> absence_of(const RegisteredEngine& engine) {
  if (engine.state == EngineState::starting) return wire::Absence::starting;
  if (engine.state == EngineState::awaited) return wire::Absence::awaited;
  if (engine.state != EngineState::dead) return std::nullopt;
  if (engine.next == cluster::AfterDeath::starts_anew) return wire::Absence::restarting;
  return engine.next == cluster::AfterDeath::gives_up ? wire::Absence::given_up : wire::Absence::dead;
}

wire::HubReply to_reply(const Uuid& epoch, std::uint64_t number, const std::vector<RegisteredEngine>& all,
                        const std::function<bool(int id)>& can_start) {
  wire::HubReply reply;
  reply.epoch = epoch;
  reply.number = number;
  for (const RegisteredEngine& engine : all) {
    if (engine.takes_tasks()) reply.engines.push_back(engine.entry);
    if (const auto absence = absence_of(engine); absence && (*absence != wire::Absence::dead || can_start(engine.id())))
      reply.absent.push_back({engine.id(), engine.entry.uuid, *absence, engine.how});
  }
  return reply;
}

bool has_pid_here(const wire::EngineEntry& engine) {
  return cluster::Host::self().same_pids({engine.hostname, engine.boot, engine.pid_namespace});
}

void check_endpoints(const wire::EngineEntry& engine, const std::filesystem::path& directory, std::string_view scheme) {
  const auto check = [](const std::string& url, std::string_view wanted) {
    const auto endpoint = cluster::Endpoint::parse(url);
    if (!endpoint || endpoint->scheme != wanted)
      throw ValueError(fmt::format("'{}' is no address of an engine of this cluster; use one version of enginery",
                                   url.substr(0, kLongestShown)));
  };
  const bool local = !engine.endpoint.empty(), remote = !engine.remote_endpoint.empty();
  if ((local || !remote) && cluster::engine_addresses(directory, engine.uuid) !=
                                std::array{engine.endpoint, engine.bulk_endpoint, engine.output_endpoint})
    throw ValueError(
        fmt::format("'{}' is no address of this engine in the folder of its cluster ({}); use one version "
                    "of enginery, and start engines with the connection file of that folder",
                    engine.endpoint.substr(0, kLongestShown), directory.string()));
  if (remote)
    for (const auto* url : {&engine.remote_endpoint, &engine.remote_bulk_endpoint, &engine.remote_output_endpoint})
      check(*url, scheme);
  if (engine.hostname.size() > kLongestShown || engine.boot.size() > kLongestShown)
    throw ValueError("an engine's host has a name of more than 255 bytes; use one version of enginery");
  if (engine.pid == 0 || engine.pid > std::numeric_limits<int>::max())
    throw ValueError(fmt::format("{} is no id of a process; use one version of enginery", engine.pid));
}

void check_claims(const wire::EngineEntry& engine, std::optional<std::uint64_t> sender,
                  const std::vector<RegisteredEngine>& known, const std::vector<std::string>& taken) {
  const ProcessId process{static_cast<int>(engine.pid), engine.start};
  const int pid = process.pid;
  const bool here = has_pid_here(engine);
  if (here && sender && *sender != static_cast<std::uint64_t>(pid))
    throw ValueError(fmt::format("process {} claims to be process {}; an engine registers itself", *sender, pid));
  if (here && (!process.alive() || process == ProcessId::self()))
    throw ValueError(fmt::format("process {} is none that could be an engine here; an engine registers itself", pid));
  const auto addresses = [](const wire::EngineEntry& one) {
    return std::array{one.remote_endpoint, one.remote_bulk_endpoint, one.remote_output_endpoint};
  };
  const auto expect_free = [&](const std::string& address, const std::string& owner) {
    for (const std::string& own : addresses(engine))
      if (!own.empty() && own == address)
        throw ValueError(fmt::format("{} is the address of {}; listen at another one (--listen)", own, owner));
  };
  for (const std::string& address : taken) expect_free(address, "the hub");
  for (const RegisteredEngine& other : known) {
    if (!other.takes_tasks() || other.entry.uuid == engine.uuid) continue;
    for (const std::string& address : addresses(other.entry))
      expect_free(address, fmt::format("engine {}", other.id()));
    if (here && has_pid_here(other.entry) && other.process() == process)
      throw ValueError(fmt::format("process {} is engine {} already; an engine registers itself", pid, other.id()));
  }
}

}  // namespace enginery::hub
