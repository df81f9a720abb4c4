// core/clusters/endpoint.hpp: addresses of sockets, checked before they are used.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <enginery/export.hpp>

namespace enginery::cluster {

inline constexpr std::string_view kIpc = "ipc://", kTls = "tls+tcp://", kPlain = "tcp://";

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

/// So many ports may follow the one that `--listen` names: an engine has three sockets.
inline constexpr std::uint16_t kFollowingPorts = 2;

/// What `--listen` names: "HOST" or "HOST:PORT", where HOST is a name, an address, or an IPv6 address in brackets.
struct ListenAt {
  /// As it stands in an url: an IPv6 address has its brackets.
  std::string host;
  /// 0: the system chooses.
  std::uint16_t port = 0;

  /// Of the nth socket; the port counts on, unless the system chooses.
  std::string url(std::string_view scheme, std::uint16_t nth) const;

  /// Throws ValueError, with words, if that is no host of this machine at which others could reach it: unknown, not
  /// ours, a wildcard, or a name that means loopback here.
  ENGINERY_API static ListenAt parse(const std::string& words);
};

/// The address of this host that a connection to `host` would have. Throws ConnectionError if there is no way to it.
ENGINERY_API std::string own_address_towards(const std::string& host);

}  // namespace enginery::cluster
