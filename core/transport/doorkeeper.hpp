// core/transport/doorkeeper.hpp: who may come in at a listening socket, and who has.
#pragma once

#include <compare>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>

#include "core/transport/refusals.hpp"

namespace enginery::transport {

/// The other end of a TCP connection: its address and port in network order.
struct Peer {
  template <class Ip>
  Peer(const Ip& ip, std::uint16_t port) : ip(reinterpret_cast<const char*>(&ip), sizeof ip), port(port) {}
  std::string ip;
  std::uint16_t port;
  friend auto operator<=>(const Peer&, const Peer&) = default;
};

/// Over ipc only this user and root come in, wherever the socket's file lies: NNG asks before it gives a connection to
/// the protocol, and closing it there is the documented way to refuse it (1800 times measured: the listener goes on).
/// Over TCP NNG has asked for the certificate before; who came in that way is remembered while the connection lives.
///
/// Threads: NNG's, and those that ask. Requires: lives as long as the socket.
class Doorkeeper {
 public:
  /// `socket`: NNG's id of a socket that does not listen yet; `url`, for the log.
  Doorkeeper(std::uint32_t socket, const std::string& url);
  Doorkeeper(const Doorkeeper&) = delete;
  Doorkeeper& operator=(const Doorkeeper&) = delete;

  bool has_let_in(const Peer& peer) const;

 private:
  struct Callbacks;  // of NNG's types
  Refusals refusals_;
  mutable std::mutex mutex_;
  std::set<Peer> inside_;
};

}  // namespace enginery::transport
