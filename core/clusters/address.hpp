// core/clusters/address.hpp: addresses of sockets, checked before they are used, and which one leads to a hub.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <enginery/connection.hpp>
#include <enginery/export.hpp>

#include "core/processes/host.hpp"

namespace enginery::cluster {

inline constexpr std::string_view kIpc = "ipc://", kTls = "tls+tcp://", kPlain = "tcp://";

/// A URL of NNG's. One of tls+tcp has credentials, by which each side proves itself to the other.
struct Address {
  Address(std::string url) : url(std::move(url)) {}
  Address(std::string url, const std::optional<Credentials>& given)
      : url(std::move(url)), credentials(given ? std::make_shared<const Credentials>(*given) : nullptr) {}

  /// The path of an ipc address, as it stands in the url; empty for an address that other hosts can reach.
  std::string_view ipc_path() const {
    return url.starts_with(kIpc) ? std::string_view(url).substr(kIpc.size()) : std::string_view();
  }

  std::string url;
  std::shared_ptr<const Credentials> credentials{};
};

/// A socket's address: "ipc:///path", "tls+tcp://host:port" or "tcp://host:port".
struct Endpoint {
  std::string_view scheme;  ///< one of the three
  std::string host;         ///< or the path, absolute
  std::uint16_t port = 0;   ///< 1 to 65535; 0 for ipc

  /// Nothing unless `url` is of exactly that form.
  ENGINERY_API static std::optional<Endpoint> parse(const std::string& url);
};

/// True if the Unix socket of this ipc address is there, and this process may connect to it.
ENGINERY_API bool socket_is_reachable(const std::string& ipc_url);

/// How many ports may follow the one that `--listen` names: an engine has three sockets.
inline constexpr std::uint16_t kFollowingPorts = 2;

/// What `--listen` names: "HOST" or "HOST:PORT", where HOST is a name, an address, or an IPv6 address in brackets.
struct ListenAt {
  /// As it stands in a URL: an IPv6 address has its brackets.
  std::string host;
  /// 0: the system chooses.
  std::uint16_t port = 0;

  /// The URL of the nth socket; the port counts on, unless the system chooses.
  std::string url(std::string_view scheme, std::uint16_t nth) const;

  /// Throws ValueError, with words, if that is no host of this machine at which others could reach it: unknown, not
  /// ours, a wildcard, or a name that means loopback here.
  ENGINERY_API static ListenAt parse(const std::string& words);
};

/// The address of this host that a connection to `host` would have. Throws ConnectionError if there is no way to it.
ENGINERY_API std::string own_address_towards(const std::string& host);

/// The hub's host.
ENGINERY_API Host host_of(const Connection& connection);
/// Whether the process of the cluster's launcher lives; nothing where that process cannot be seen.
ENGINERY_API std::optional<bool> launcher_lives(const Connection& connection);

/// What a process dials to reach the hub.
struct HubAddresses {
  Address requests, notifications;
};

/// Over ipc on the hub's own host, else over its remote endpoints. Throws ConnectionError, with the remedy, if the hub
/// listens on another host only.
ENGINERY_API HubAddresses hub_addresses(const Connection& connection);

/// A remark for the user who chose this connection's file, if the traffic to its host is in the clear; else empty.
/// Throws as hub_addresses().
ENGINERY_API std::string remark_on_clear_text(const Connection& connection);

/// The address of `url`, which an engine of this cluster has registered, with the cluster's credentials if it needs
/// some. Throws ConnectionError if it is not of the scheme that the cluster uses: no engine can make a client send in
/// the clear.
ENGINERY_API Address remote_address(const Connection& connection, const std::string& url);

}  // namespace enginery::cluster
