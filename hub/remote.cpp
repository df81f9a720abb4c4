// hub/remote.cpp: where a hub listens for other hosts.
#include "hub/remote.hpp"

#include <filesystem>

#include "core/clusters/certificates.hpp"
#include "core/clusters/endpoint.hpp"
#include "core/clusters/runtime_directory.hpp"

namespace enginery::hub {

std::optional<Connection::Remote> remote_of(const HubOptions& options) {
  const std::filesystem::path file = options.directory / cluster::kConnectionFile;
  if (std::filesystem::exists(file)) return Connection::load(file).remote;
  if (options.listen.empty()) return std::nullopt;
  const auto at = cluster::ListenAt::parse(options.listen);
  const std::string_view scheme = options.insecure ? cluster::kPlain : cluster::kTls;
  Connection::Remote remote{at.url(scheme, 0), at.url(scheme, 1)};
  if (!options.insecure) remote.credentials = cluster::make_credentials();
  return remote;
}

std::string_view scheme_of(const std::optional<Connection::Remote>& remote) {
  return !remote ? "" : remote->credentials ? cluster::kTls : cluster::kPlain;
}

}  // namespace enginery::hub
