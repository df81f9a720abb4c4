// core/transport/listener_guard.cpp: keeps a listening address alive.
//
// That a connection succeeds proves nothing: the kernel accepts it, and a deaf listener still exchanges greetings. So
// the guard goes on until the socket behind the listener has done something: a REP socket answers a request, a PUB
// socket passes on what its owner publishes. The guard uses a plain socket and writes NNG's few bytes itself, since a
// socket of NNG's would have to be closed after each look, and closing is what NNG does worst.
#include "core/transport/listener_guard.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <enginery/errors.hpp>

#include "core/processes/descriptor.hpp"
#include "core/transport/nng.hpp"

namespace enginery::transport {
namespace {

constexpr std::chrono::seconds kLookInterval(1);
constexpr timeval kSignPatience{0, 100'000};  // for one of these:
constexpr int kSigns = 10;
/// How often in a row nothing may be heard before the listener is taken for dead: it may only have to wait for its
/// processor. Each new listener doubles that number, and each minute of answers halves it again.
constexpr unsigned kSilences = 2, kMostSilences = 64, kMinute = 60;

/// A request as NNG's ipc transport frames it: message, length in network order, the request's number, "ping".
constexpr unsigned char kPingRequest[] = {1, 0, 0, 0, 0, 0, 0, 0, 8, 0x80, 0, 0, 1, 'p', 'i', 'n', 'g'};

/// SP's greeting: zero, "SP", version 0, the protocol in network order, zero.
using Greeting = std::array<unsigned char, 8>;
Greeting greeting(Protocol protocol) {
  const auto number = static_cast<unsigned>(protocol);
  return {0, 'S', 'P', 0, static_cast<unsigned char>(number >> 8), static_cast<unsigned char>(number & 255), 0, 0};
}

/// The protocol that a listener of `own` accepts.
Protocol peer_of(Protocol own) { return own == Protocol::rep ? Protocol::req : Protocol::sub; }

}  // namespace

ListenerGuard::ListenerGuard(std::uint32_t socket, std::string url, Protocol protocol,
                             std::function<void()> publish_ping)
    : socket_(socket), url_(std::move(url)), protocol_(protocol), publish_ping_(std::move(publish_ping)) {
  path_ = Address(url_).ipc_path();
  listen();
  if (!path_.empty()) thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

void ListenerGuard::listen() {
  if (!path_.empty()) ::unlink(path_.c_str());
  check(nng_listen(nng_socket{socket_}, url_.c_str(), nullptr, 0), "listening at", url_);
}

ListenerGuard::Sign ListenerGuard::look() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) return Sign::life;
  std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
  const cluster::Descriptor caller(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!caller) return Sign::life;  // that no descriptors are left says nothing about the listener
  ::setsockopt(caller.get(), SOL_SOCKET, SO_RCVTIMEO, &kSignPatience, sizeof kSignPatience);
  ::setsockopt(caller.get(), SOL_SOCKET, SO_SNDTIMEO, &kSignPatience, sizeof kSignPatience);
  if (::connect(caller.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return ask(caller.get());
  return errno == ECONNREFUSED || errno == ENOENT ? Sign::death : Sign::none;
}

ListenerGuard::Sign ListenerGuard::ask(int fd) const {
  const Greeting mine = greeting(peer_of(protocol_));
  if (::send(fd, mine.data(), mine.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(mine.size())) return Sign::none;
  if (!publish_ping_ && ::send(fd, kPingRequest, sizeof kPingRequest, MSG_NOSIGNAL) < 0) return Sign::none;
  std::size_t missing = sizeof(Greeting) + 1;  // their greeting, and one byte more
  for (int turn = 0; turn < kSigns && missing > 0; ++turn) {
    if (publish_ping_) publish_ping_();
    char bytes[sizeof(Greeting) + 1];
    const ssize_t got = ::recv(fd, bytes, missing, 0);
    if (got == 0) return Sign::death;
    if (got > 0) missing -= static_cast<std::size_t>(got);
    if (got < 0 && errno != EAGAIN && errno != EINTR) return Sign::death;
  }
  return missing == 0 ? Sign::life : Sign::none;
}

void ListenerGuard::watch(const std::stop_token& stop) {
  unsigned silences = 0, allowed = kSilences, answers = 0;
  std::unique_lock lock(waiting_);
  while (!stopped_.wait_for(lock, stop, kLookInterval, [&] { return stop.stop_requested(); })) {
    const Sign sign = look();
    silences = sign == Sign::none ? silences + 1 : 0;
    if (sign == Sign::life && ++answers % kMinute == 0) allowed = std::max(kSilences, allowed / 2);
    if (sign == Sign::death || silences == allowed) {
      silences = 0;
      allowed = std::min(kMostSilences, allowed * 2);
      try {
        listen();
      } catch (const ConnectionError&) {
        // Nothing to do but to try again in a second. Whoever dials meanwhile is refused, and tries again, too.
      }
    }
  }
}

}  // namespace enginery::transport
