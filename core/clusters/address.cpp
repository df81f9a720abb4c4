// core/clusters/address.cpp: addresses of sockets, checked before they are used.
//
// Addresses come from connection files, from engines that register, and from users. NNG would take many wrong ones and
// then try for ever. So each is parsed here first, and whoever names a host to listen at is told at once if no other
// host could reach it there.
#include "core/clusters/address.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "core/clusters/runtime_directory.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery::cluster {
namespace {

constexpr std::size_t kLongestHost = 253;  // of a name in the DNS

bool is_host(std::string_view host) {
  const bool six = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (six) host = host.substr(1, host.size() - 2);
  return !host.empty() && host.size() <= kLongestHost && std::all_of(host.begin(), host.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || (six && (c == ':' || c == '%'));
  });
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return port;
}

/// "host:port", "host" or "[v6]:port", "[v6]" at the last colon that is not within brackets.
std::pair<std::string_view, std::optional<std::string_view>> split(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto bracket = text.rfind(']');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::string without_brackets(const std::string& host) {
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

std::string text_of(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address->sa_family == AF_INET6) {
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text, sizeof text);
    return fmt::format("[{}]", text);
  }
  ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
  return text;
}

bool is_loopback(const sockaddr* address) {
  if (address->sa_family == AF_INET6)
    return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
  return ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr) >> 24 == 127;
}

bool is_wildcard(const sockaddr* address) {
  if (address->sa_family == AF_INET6)
    return IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
  return reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr == htonl(INADDR_ANY);
}

using Addresses = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

/// The addresses of `host`, which is not null; else why not.
std::pair<Addresses, std::string> resolve(const std::string& host, int type) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = type;
  const int error = ::getaddrinfo(without_brackets(host).c_str(), "9", &hints, &found);
  return {Addresses(found, ::freeaddrinfo), error ? ::gai_strerror(error) : ""};
}

/// For a message: the addresses by which other hosts may reach this one.
std::string own_addresses() {
  ifaddrs* all = nullptr;
  std::vector<std::string> texts;
  if (::getifaddrs(&all) == 0)
    for (const ifaddrs* one = all; one; one = one->ifa_next)
      if (one->ifa_addr && one->ifa_addr->sa_family == AF_INET && !is_loopback(one->ifa_addr))
        texts.push_back(text_of(one->ifa_addr));
  ::freeifaddrs(all);
  return texts.empty() ? "an address of this host" : fmt::format("{}", fmt::join(texts, " or "));
}

}  // namespace

std::optional<Endpoint> Endpoint::parse(const std::string& url) {
  for (const std::string_view scheme : {kIpc, kTls, kPlain}) {
    if (!url.starts_with(scheme)) continue;
    const std::string_view rest = std::string_view(url).substr(scheme.size());
    if (scheme == kIpc) {
      const bool clean = std::none_of(rest.begin(), rest.end(), [](unsigned char c) { return c < 32 || c == 127; });
      if (!rest.starts_with('/') || !clean || rest.size() > kLongestSocketPath) return std::nullopt;
      return Endpoint{scheme, std::string(rest), 0};
    }
    const auto [host, digits] = split(rest);
    const auto port = digits ? port_of(*digits) : std::nullopt;
    if (!port || !is_host(host)) return std::nullopt;
    return Endpoint{scheme, std::string(host), *port};
  }
  return std::nullopt;
}

bool socket_is_reachable(const std::string& ipc_url) {
  const auto endpoint = Endpoint::parse(ipc_url);
  struct stat status;
  return endpoint && endpoint->scheme == kIpc && ::stat(endpoint->host.c_str(), &status) == 0 &&
         S_ISSOCK(status.st_mode) && ::access(endpoint->host.c_str(), W_OK) == 0;
}

ListenAt ListenAt::parse(const std::string& words) {
  const auto [host, digits] = split(words);
  const auto port = digits ? port_of(*digits) : std::nullopt;
  constexpr int kLast = 65535 - kFollowingPorts;
  if (!is_host(host) || (digits && !port) || port.value_or(0) > kLast)
    throw ValueError(fmt::format("'{}' is no HOST or HOST:PORT; an IPv6 address stands in brackets, a port is 1 to {}",
                                 words, kLast));
  const ListenAt result{std::string(host), port.value_or(0)};
  const auto [addresses, why] = resolve(result.host, SOCK_STREAM);
  if (!addresses) throw ValueError(fmt::format("'{}' is unknown here ({}); give {}", host, why, own_addresses()));
  const sockaddr* const address = addresses->ai_addr;  // NNG listens at the first one, too
  const std::string text = text_of(address);
  if (is_wildcard(address))
    throw ValueError(
        fmt::format("{} names no host that others could connect to; give {}", result.host, own_addresses()));
  if (is_loopback(address) && text != result.host && result.host != "localhost")
    throw ValueError(fmt::format("'{}' is {} on this host, where no other host can reach it; give {}", result.host,
                                 text, own_addresses()));
  const Descriptor probe(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (probe && ::bind(probe.get(), address, addresses->ai_addrlen) != 0 && errno == EADDRNOTAVAIL)
    throw ValueError(fmt::format("{} ({}) is not this host; give {}", result.host, text, own_addresses()));
  return result;
}

std::string ListenAt::url(std::string_view scheme, std::uint16_t nth) const {
  return fmt::format("{}{}:{}", scheme, host, port == 0 ? 0 : port + nth);
}

std::string own_address_towards(const std::string& host) {
  const auto [addresses, why] = resolve(host, SOCK_DGRAM);
  std::string problem = why;
  if (addresses) {
    // To connect a datagram socket sends nothing, but makes the kernel choose the way.
    const Descriptor probe(::socket(addresses->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    if (probe && ::connect(probe.get(), addresses->ai_addr, addresses->ai_addrlen) == 0 &&
        ::getsockname(probe.get(), reinterpret_cast<sockaddr*>(&own), &size) == 0)
      return text_of(reinterpret_cast<sockaddr*>(&own));
    problem = std::strerror(errno);
  }
  throw ConnectionError(fmt::format(
      "this host finds no way to {} ({}); --listen gives the address at which others reach this one", host, problem));
}

Host host_of(const Connection& connection) { return {connection.hostname, connection.boot, connection.pid_namespace}; }

std::optional<bool> launcher_lives(const Connection& connection) {
  if (!Host::self().same_pids(host_of(connection))) return std::nullopt;
  return connection.launcher.alive();
}

HubAddresses hub_addresses(const Connection& connection) {
  const bool here = Host::self().same_host(host_of(connection)),
             reachable = socket_is_reachable(connection.hub.requests);
  // A container may see the folder of its host's cluster, though its host name differs.
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
      "cluster '{}' on host {} was started with --insecure: anyone on the network path can read and change the "
      "traffic, and nothing proves who answers",
      connection.cluster, connection.hostname);
}

Address remote_address(const Connection& connection, const std::string& url) {
  const auto endpoint = Endpoint::parse(url);
  const bool tls = connection.remote && connection.remote->credentials;
  if (!connection.remote || !endpoint || endpoint->scheme != (tls ? kTls : kPlain))
    throw ConnectionError(fmt::format("'{}' is no address of cluster '{}', which {}", url, connection.cluster,
                                      tls ? "speaks TLS" : "does not"));
  return {url, connection.remote->credentials};
}

}  // namespace enginery::cluster
