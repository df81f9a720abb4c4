// core/transport/listener_guard.hpp: keeps a listening address alive.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace enginery::transport {

/// The SP protocol of the listening socket.
enum class Protocol : std::uint16_t { pub = 0x20, sub = 0x21, req = 0x30, rep = 0x31 };

/// Listens at an address and goes on listening. The file of an ipc address may be removed; and a listener of NNG can be
/// deaf while it still shakes hands (see send_hook.cpp). So every second the guard connects to itself and asks for a
/// sign of life; when none comes for long it unlinks the path and listens anew on the same socket. Connections that
/// exist go on, and so does the old listener: a process that only has to wait for its processor is not to collect them.
///
/// Threads: one of its own.
class ListenerGuard {
 public:
  /// What the guard asks with, and what a REP socket's owner answers itself; too short to be one of our messages.
  static constexpr std::string_view kPing = "ping";

  /// `socket` is NNG's id of a listening socket. A PUB socket cannot be asked: `publish_ping` makes it send kPing to
  /// all. Throws ConnectionError when the address cannot be listened at.
  ListenerGuard(std::uint32_t socket, std::string url, Protocol protocol, std::function<void()> publish_ping = {});
  ~ListenerGuard();
  ListenerGuard(const ListenerGuard&) = delete;
  ListenerGuard& operator=(const ListenerGuard&) = delete;

 private:
  enum class Sign { life, death, none };

  void listen();
  Sign look() const;
  /// Over a connection to the listener.
  Sign ask(int fd) const;
  void watch();

  std::uint32_t socket_;
  std::string url_, path_;  // path_ is empty unless the address is ipc
  Protocol protocol_;
  std::function<void()> publish_ping_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace enginery::transport
