// tests/fuzz/registration_fuzz.cpp: any engine at all that registers: what is taken in claims nothing that is
// another's.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include <enginery/errors.hpp>

#include "core/clusters/runtime_directory.hpp"
#include "core/wire/hub_wire.hpp"
#include "hub/registry.hpp"

namespace {

using namespace enginery;

/// As record_corpus names them.
const std::filesystem::path kFolder = "/run/user/1000/enginery/night";
const std::vector<std::string> kHub{"tls+tcp://hub:1", "tls+tcp://hub:2"};

wire::EngineEntry first() {
  wire::EngineEntry entry{0, Uuid{{1}}, 1, 2, "", "", "elsewhere"};
  entry.remote_endpoint = "tls+tcp://far:1";
  entry.remote_bulk_endpoint = "tls+tcp://far:2";
  entry.remote_output_endpoint = "tls+tcp://far:3";
  return entry;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes message = Bytes::copy({reinterpret_cast<const char*>(data), size});
  hub::Registry registry(Uuid{{2}});
  registry.register_engine(first(), 0);
  try {
    const wire::HubRequest request = wire::decode_hub_request(wire::open_frame(message));
    const wire::EngineEntry& engine = request.engine;
    hub::check_endpoints(engine, kFolder, "tls+tcp");
    hub::check_claims(engine, std::nullopt, registry.all(), kHub);
    const int id = registry.register_engine(engine, engine.id < 0 ? std::nullopt : std::optional(engine.id));
    require(id != 0 || engine.uuid == first().uuid);
    require(engine.pid > 0 && engine.pid <= static_cast<std::uint64_t>(std::numeric_limits<int>::max()));
    const auto own = cluster::engine_addresses(kFolder, engine.uuid);
    for (const std::string& local : {engine.endpoint, engine.bulk_endpoint, engine.output_endpoint})
      require(local.empty() || std::ranges::find(own, local) != own.end());
    for (const std::string& remote :
         {engine.remote_endpoint, engine.remote_bulk_endpoint, engine.remote_output_endpoint})
      require(std::ranges::find(kHub, remote) == kHub.end() && (id == 0 || remote != first().remote_endpoint));
  } catch (const ProtocolError&) {
  } catch (const ValueError&) {}
  return 0;
}
