// core/transport/listener_guard.hpp: keeps a listening address alive.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

namespace enginery::transport {

/// The SP protocol of the listening socket.
enum class Protocol : std::uint16_t { pub = 0x20, sub = 0x21, req = 0x30, rep = 0x31 };

/// Listens at an address and goes on listening. Somebody may remove the file of an ipc address, and a listener of NNG
/// can be deaf while it still shakes hands (see send_hook.cpp). So every second the guard connects to its own socket
/// and asks for a sign of life. When none comes for long, it unlinks the path and listens anew on the same socket.
/// Connections that exist go on, and so does the old listener. So a process that only waited for its processor must not
/// do this often: listeners would pile up.
///
/// Threads: one of its own.
class ListenerGuard {
 public:
  /// What the guard asks with, and what a REP socket's owner answers itself; too short to be one of our messages.
  static constexpr std::string_view kPing = "ping";

  /// `socket` is NNG's id of a listening socket. A PUB socket cannot be asked: `publish_ping` makes it send kPing to
  /// all. Throws ConnectionError when the address cannot be listened at.
  ListenerGuard(std::uint32_t socket, std::string url, Protocol protocol, std::function<void()> publish_ping = {});

 private:
  enum class Sign { life, death, none };

  void listen();
  Sign look() const;
  /// Over a connection to the listener.
  Sign ask(int fd) const;
  void watch(const std::stop_token& stop);

  std::uint32_t socket_;
  std::string url_, path_;  // path_ is empty unless the address is ipc
  Protocol protocol_;
  std::function<void()> publish_ping_;
  std::mutex waiting_;  // of the thread alone
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last, so that it ends before what it uses
};

}  // namespace enginery::transport
