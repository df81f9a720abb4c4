// core/transport/doorkeeper.hpp: who may come in at a listening socket, who has, and who was refused.
#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>

namespace enginery::transport {

/// Writes a line for the first stranger at an address, and then at most one in a minute, with how many there were, so
/// that strangers cannot fill a log. The lines go to the file that was standard error when the first of these was made;
/// an engine captures that descriptor later, for its tasks.
///
/// Threads: any, also NNG's: where the log does not take a line at once, it is dropped.
class Refusals {
 public:
  explicit Refusals(std::string url);

  /// `who` was refused: "a connection that sent no certificate", "user 1001".
  void note(const std::string& who, std::uint64_t count = 1);

 private:
  const std::string url_;
  const int log_;
  std::atomic<std::uint64_t> untold_{0};
  std::atomic<std::int64_t> next_{0};  // steady seconds
};

/// The other end of a TCP connection: its address and port in network order.
struct Peer {
  template <class Ip>
  Peer(const Ip& ip, std::uint16_t port) : ip(reinterpret_cast<const char*>(&ip), sizeof ip), port(port) {}
  std::string ip;
  std::uint16_t port;
  friend auto operator<=>(const Peer&, const Peer&) = default;
};

/// Over ipc only this user and root come in, wherever the socket's file lies. NNG calls back before it gives a
/// connection to the protocol, and closing it there is the documented way to refuse it (measured 1800 times: the
/// listener goes on). Over TCP, NNG has checked the certificate before; the peer is remembered for as long as its
/// connection lives.
///
/// Threads: NNG's, and those that ask. Requires: lives as long as the socket.
class Doorkeeper {
 public:
  /// `socket`: NNG's id of a socket that does not listen yet; `url`, for the log.
  Doorkeeper(std::uint32_t socket, const std::string& url);

  bool has_let_in(const Peer& peer) const;

 private:
  struct Callbacks;  // of NNG's types
  Refusals refusals_;
  mutable std::mutex mutex_;
  std::set<Peer> inside_;
};

}  // namespace enginery::transport
