// core/transport/remote_listener.cpp: a listening socket's address for other hosts.
//
// NNG has no list of connections, so the strangers are found among this process' descriptors. NNG owns those, and may
// close one at any moment, after which its number may belong to another file. So a connection that must be cut is
// copied first: the copy is asked which connection it is, and is shut down. NNG then sees its end. Strangers may have
// taken all descriptors there are, so whatever looking and cutting needs is open from the start.
#include "core/transport/remote_listener.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/processes/descriptor.hpp"
#include "core/transport/nng.hpp"

namespace enginery::transport {
namespace {

constexpr std::chrono::seconds kStrangersInterval(1);

struct Ends {
  std::uint16_t own_port;
  Peer peer;
};

/// Of a TCP connection; nothing for any other descriptor.
std::optional<Ends> ends_of(int fd) {
  sockaddr_storage own{}, other{};
  socklen_t own_size = sizeof own, other_size = sizeof other;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &own_size) != 0 ||
      ::getpeername(fd, reinterpret_cast<sockaddr*>(&other), &other_size) != 0)
    return std::nullopt;
  if (own.ss_family == AF_INET) {
    const auto &mine = reinterpret_cast<sockaddr_in&>(own), &theirs = reinterpret_cast<sockaddr_in&>(other);
    return Ends{ntohs(mine.sin_port), Peer(theirs.sin_addr, theirs.sin_port)};
  }
  if (own.ss_family == AF_INET6) {
    const auto &mine = reinterpret_cast<sockaddr_in6&>(own), &theirs = reinterpret_cast<sockaddr_in6&>(other);
    return Ends{ntohs(mine.sin6_port), Peer(theirs.sin6_addr, theirs.sin6_port)};
  }
  return std::nullopt;
}

}  // namespace

/// This process' connections at a port.
class RemoteListener::Connections {
 public:
  explicit Connections(std::uint16_t port) : port_(port), all_(::opendir("/proc/self/fd"), &::closedir) {}

  /// Their descriptors, by their other ends.
  std::map<Peer, int> look() const {
    std::map<Peer, int> connections;
    if (!all_) return connections;
    ::rewinddir(all_.get());
    while (const dirent* entry = ::readdir(all_.get())) {
      const int fd = std::atoi(entry->d_name);
      if (const auto ends = ends_of(fd); ends && ends->own_port == port_) connections.emplace(ends->peer, fd);
    }
    return connections;
  }

  /// False if it is not there any more.
  bool cut(const Peer& peer, int fd) const {
    if (::dup3(fd, copy_.get(), O_CLOEXEC) < 0) return false;
    const auto ends = ends_of(copy_.get());
    const bool was_there = ends && ends->own_port == port_ && ends->peer == peer;
    if (was_there) ::shutdown(copy_.get(), SHUT_RDWR);
    ::dup3(nothing_.get(), copy_.get(), O_CLOEXEC);
    return was_there;
  }

 private:
  const std::uint16_t port_;
  const std::unique_ptr<DIR, int (*)(DIR*)> all_;
  const cluster::Descriptor nothing_{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  const cluster::Descriptor copy_{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
};

RemoteListener::RemoteListener(std::uint32_t socket, const Address& address, const Doorkeeper& doorkeeper)
    : doorkeeper_(doorkeeper) {
  nng_listener listener{};
  check(create_listener(&listener, nng_socket{socket}, address), "listening at", address.url);
  check(nng_listener_start(listener, 0), "listening at", address.url);
  int port = 0;
  check(nng_listener_get_int(listener, NNG_OPT_TCP_BOUND_PORT, &port), "the port of", address.url);
  listener_ = listener.id;
  port_ = static_cast<std::uint16_t>(port);
  url_ = fmt::format("{}:{}", address.url.substr(0, address.url.rfind(':')), port);
  refusals_ = std::make_unique<Refusals>(url_);
  connections_ = std::make_unique<const Connections>(port_);
  thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

RemoteListener::~RemoteListener() = default;

void RemoteListener::watch(const std::stop_token& stop) {
  std::unique_lock lock(waiting_);
  while (!stopped_.wait_for(lock, stop, kStrangersInterval, [&] { return stop.stop_requested(); })) {
    if (const std::uint64_t count = newly_refused(); count > 0)
      refusals_->note("a connection that did not prove that it belongs to this cluster", count);
    cut_strangers();
  }
}

void RemoteListener::cut_strangers() {
  const Clock::time_point now = Clock::now();
  std::map<Peer, Clock::time_point> still_there;
  std::vector<std::tuple<Clock::time_point, Peer, int>> waiting;
  for (const auto& [peer, fd] : connections_->look()) {
    if (doorkeeper_.has_let_in(peer)) continue;
    const auto known = strangers_.find(peer);
    const Clock::time_point since = known == strangers_.end() ? now : known->second;
    still_there.emplace(peer, since);
    waiting.emplace_back(since, peer, fd);
  }
  strangers_ = std::move(still_there);
  std::sort(waiting.begin(), waiting.end());
  const std::size_t too_many = waiting.size() - std::min(waiting.size(), kMostStrangers);
  std::uint64_t cut = 0;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const auto& [since, peer, fd] = waiting[i];
    if (i >= too_many && now - since < kPatience) break;
    cut += connections_->cut(peer, fd);
  }
  if (cut > 0) refusals_->note("a connection that did not finish its handshake", cut);
}

std::uint64_t RemoteListener::newly_refused() {
  nng_stat* all = nullptr;
  if (nng_stats_get(&all) != 0) return 0;
  const auto child = [](nng_stat* parent, const char* name) {
    nng_stat* found = nng_stat_child(parent);
    while (found && std::strcmp(nng_stat_name(found), name) != 0) found = nng_stat_next(found);
    return found;
  };
  std::uint64_t refused = 0;
  for (nng_stat* one = nng_stat_child(all); one; one = nng_stat_next(one)) {
    nng_stat* const id = std::strncmp(nng_stat_name(one), "listener", 8) == 0 ? child(one, "id") : nullptr;
    if (!id || nng_stat_value(id) != listener_) continue;
    for (const char* kind : {"auth", "proto", "timeout"})
      if (nng_stat* const count = child(one, kind)) refused += nng_stat_value(count);
  }
  nng_stats_free(all);
  return refused - std::exchange(refused_, refused);
}

}  // namespace enginery::transport
