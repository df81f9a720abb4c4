// engine/sockets.cpp: where an engine listens, and the files that it has there.
//
// An engine always listens at local addresses, since the sockets of NNG need one. Where the cluster's folder cannot be
// its own (another host, or a container that only reads it), these are addresses within this process.
#include "engine/sockets.hpp"

#include <unistd.h>

#include <filesystem>

#include "core/clusters/runtime_directory.hpp"
#include "core/diagnosis/flight_recorder.hpp"

namespace enginery::engine {
namespace {

/// The cluster's folder, or empty if the engine cannot use it.
std::string folder_of(const Connection& connection) {
  const bool same_host = cluster::Host::self().same_host(cluster::host_of(connection));
  const bool writable = ::access(connection.directory.c_str(), W_OK | X_OK) == 0;
  return writable && (same_host || !connection.remote) ? connection.directory.string() : std::string();
}

Addresses local_addresses(const std::string& folder, const Uuid& engine) {
  if (!folder.empty()) {
    auto [tasks, bulk, output] = cluster::engine_addresses(folder, engine);
    return {std::move(tasks), std::move(bulk), std::move(output)};
  }
  const auto address = [&](const char* prefix) { return "inproc://" + (prefix + engine.text()); };
  return {address("e-"), address("b-"), address("o-")};
}

cluster::ListenAt host_for_others(const Connection& connection, const std::string& listen) {
  if (!listen.empty()) return cluster::ListenAt::parse(listen);
  const auto hub = cluster::Endpoint::parse(connection.remote->requests);
  const bool same_host = cluster::Host::self().same_host(cluster::host_of(connection));
  return {same_host ? hub->host : cluster::own_address_towards(hub->host), 0};
}

}  // namespace

Sockets::Sockets(const Connection& connection, const Uuid& engine, const std::string& listen)
    : directory_(folder_of(connection)), local_(local_addresses(directory_, engine)) {
  const std::filesystem::path folder =
      directory_.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(directory_);
  record_ = cluster::FlightRecorder::place(folder, engine).string();
  if (!connection.remote) return;
  const auto& credentials = connection.remote->credentials;
  const std::string_view scheme = credentials ? cluster::kTls : cluster::kPlain;
  const cluster::ListenAt at = host_for_others(connection, listen);
  const auto address = [&](std::uint16_t nth) { return cluster::Address(at.url(scheme, nth), credentials); };
  remote_ = Addresses{address(0), address(1), address(2)};
}

void Sockets::remove() const {
  ::unlink(record_.c_str());
  leave_record();
}

void Sockets::leave_record() const {
  if (directory_.empty()) return;
  for (const cluster::Address* address : {&local_.tasks, &local_.bulk, &local_.output})
    ::unlink(address->ipc_path().data());  // to the url's end
}

}  // namespace enginery::engine
