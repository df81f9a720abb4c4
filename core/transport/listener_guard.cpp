// core/transport/listener_guard.cpp: keeps a listening address alive.
#include "core/transport/listener_guard.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "core/transport/check.hpp"

namespace enginery::transport {
namespace {

constexpr std::chrono::seconds kInterval(1);
constexpr timeval kPatience{0, 100'000};  // for one sign; so often is it asked for:
constexpr int kSigns = 10;

/// A request as NNG's ipc transport frames it: message, length in network order, the request's number, "ping".
constexpr unsigned char kPingRequest[] = {1, 0, 0, 0, 0, 0, 0, 0, 8, 0x80, 0, 0, 1, 'p', 'i', 'n', 'g'};

/// SP's greeting: zero, "SP", version 0, the protocol in network order, zero.
struct Greeting {
  unsigned char bytes[8];
};
Greeting greeting(Protocol protocol) {
  return {{0, 'S', 'P', 0, static_cast<unsigned char>(static_cast<unsigned>(protocol) >> 8),
           static_cast<unsigned char>(static_cast<unsigned>(protocol) & 255), 0, 0}};
}

/// The protocol that a listener of `own` accepts.
Protocol peer_of(Protocol own) { return own == Protocol::rep ? Protocol::req : Protocol::sub; }

}  // namespace

ListenerGuard::ListenerGuard(std::uint32_t socket, std::string url, Protocol protocol,
                             std::function<void()> publish_ping)
    : socket_(socket), url_(std::move(url)), protocol_(protocol), publish_ping_(std::move(publish_ping)) {
  constexpr std::string_view kIpc = "ipc://";
  if (url_.starts_with(kIpc)) path_ = url_.substr(kIpc.size());
  listen();
  if (!path_.empty()) thread_ = std::thread([this] { watch(); });
}

ListenerGuard::~ListenerGuard() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ListenerGuard::listen() {
  if (!path_.empty()) ::unlink(path_.c_str());
  check(nng_listen(nng_socket{socket_}, url_.c_str(), nullptr, 0), "listening at", url_);
}

bool ListenerGuard::answers() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) return true;
  std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return true;  // no descriptors left says nothing about the listener
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  const Greeting mine = greeting(peer_of(protocol_));
  Greeting theirs{};
  bool ok = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
            ::send(fd, &mine, sizeof mine, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof mine) &&
            ::recv(fd, &theirs, sizeof theirs, MSG_WAITALL) == static_cast<ssize_t>(sizeof theirs);
  if (ok && !publish_ping_)
    ok = ::send(fd, kPingRequest, sizeof kPingRequest, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof kPingRequest);
  bool alive = false;
  for (int sign = 0; ok && !alive && sign < kSigns; ++sign) {
    if (publish_ping_) publish_ping_();
    unsigned char byte = 0;
    const ssize_t got = ::recv(fd, &byte, 1, 0);
    alive = got == 1;
    ok = alive || (got < 0 && (errno == EAGAIN || errno == EINTR));
  }
  ::close(fd);
  return alive;
}

void ListenerGuard::watch() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kInterval, [this] { return stop_; })) {
    lock.unlock();
    if (!answers()) {
      try {
        listen();
      } catch (const ConnectionError&) {
        // Nothing to do but to try again in a second; who dials meanwhile is refused and tries again too.
      }
    }
    lock.lock();
  }
}

}  // namespace enginery::transport
