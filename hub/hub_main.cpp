// hub/hub_main.cpp: what the process of the hub does.
//
// A hub ends when its launcher's link comes to its end of file, or without a launcher by a signal. It then tells the
// engines that the cluster has ended, and removes the runtime folder if its launcher cannot do that any more.
#include "hub/hub_main.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "core/clusters/certificates.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "hub/hub.hpp"

namespace enginery::hub {
namespace {

/// Set by a signal when no launcher is there to end the hub.
volatile std::sig_atomic_t ending = 0;

/// What the launcher says of the hub that this one follows, to the last word.
std::vector<cluster::LauncherMessage> hear_of_former(cluster::LauncherLink& launcher) {
  std::vector<cluster::LauncherMessage> said;
  const auto is_last = [](const cluster::LauncherMessage& message) {
    return std::holds_alternative<cluster::Resumed>(message);
  };
  while (std::ranges::none_of(said, is_last)) {
    pollfd wait{launcher.fd(), POLLIN, 0};
    ::poll(&wait, 1, -1);
    for (cluster::LauncherMessage& message : launcher.receive()) said.push_back(std::move(message));
    if (launcher.closed()) throw ConnectionError("the launcher is gone");
  }
  return said;
}

Connection::Hub addresses_of(const HubOptions& options) {
  const Uuid uuid = Uuid::random();
  const bool follows = !options.requests.empty();
  return {follows ? options.requests : cluster::ipc_address(options.directory, "h-" + uuid.text()),
          follows ? options.notifications : cluster::ipc_address(options.directory, "n-" + uuid.text()), uuid,
          ProcessId::self()};
}

/// Where the hub is to listen for other hosts, and with which credentials. A hub that follows another takes those of
/// the former one, because other hosts have its connection file. Nothing if the hub was not told to listen for other
/// hosts. Throws ValueError, ConnectionError.
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

}  // namespace

int hub_main(const HubOptions& options) try {
  cluster::raise_descriptor_limit();
  ::signal(SIGPIPE, SIG_IGN);  // the log's reader may leave; a hub starts no processes that would inherit this
  const Connection::Hub addresses = addresses_of(options);
  std::optional<cluster::LauncherLink> launcher;
  if (options.launcher_fd >= 0) {
    launcher.emplace(options.launcher_fd);
  } else {
    struct sigaction action {};
    action.sa_handler = [](int) { ending = 1; };
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaction(signal, &action, nullptr);
  }
  std::vector<cluster::LauncherMessage> former;
  if (launcher && !options.requests.empty()) former = hear_of_former(*launcher);
  std::optional<Connection::Remote> remote = remote_of(options);
  cluster::Log log("hub");
  const std::string_view scheme = !remote ? "" : remote->credentials ? cluster::kTls : cluster::kPlain;
  Hub hub(addresses, options, scheme, launcher ? &*launcher : nullptr, former, log);
  if (remote) hub.listen(*remote);
  hub.announce(addresses, remote);
  log.info("it listens at {}{}: uuid {}, pid {}", addresses.requests, remote ? " and " + remote->requests : "",
           addresses.uuid, addresses.process.pid);

  while (!ending && !hub.launcher_gone()) hub.turn();
  hub.end_cluster();
  // A launcher that was killed cannot clean up. One that lives holds the folder; then this does nothing.
  cluster::remove_runtime_directory(options.directory);
  std::fflush(nullptr);
  ::_exit(0);
} catch (const std::exception& error) {
  fmt::print(stderr, "enginery hub: {}\n", error.what());
  std::fflush(nullptr);
  ::_exit(1);
}

}  // namespace enginery::hub
