// core/transport/remote_listener.hpp: a listening socket's address for other hosts.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "core/clusters/address.hpp"
#include "core/transport/doorkeeper.hpp"

namespace enginery::transport {

using cluster::Address;

/// Listens over TCP, with TLS if the address has credentials. NNG gives a TLS handshake no time limit, so a stranger
/// that connects and says nothing would keep a descriptor for as long as it likes. So every second, connections that
/// have not come in within ten seconds are cut, and of more than 128 of them the oldest at once.
///
/// Threads: one of its own.
class RemoteListener {
 public:
  static constexpr std::chrono::seconds kPatience{10};
  static constexpr std::size_t kMostStrangers = 128;

  /// `socket`: NNG's id. Port 0: the system chooses. Throws ConnectionError when the address cannot be listened at.
  RemoteListener(std::uint32_t socket, const Address& address, const Doorkeeper& doorkeeper);
  ~RemoteListener();

  /// With the port.
  const std::string& url() const { return url_; }

 private:
  using Clock = std::chrono::steady_clock;
  class Connections;

  void watch(const std::stop_token& stop);
  void cut_strangers();
  /// How many NNG has refused since the last call; it may have refused more.
  std::uint64_t newly_refused();

  const Doorkeeper& doorkeeper_;
  std::uint32_t listener_ = 0;
  std::uint16_t port_ = 0;
  std::string url_;
  std::unique_ptr<const Connections> connections_;
  std::map<Peer, Clock::time_point> strangers_;  // since when
  std::uint64_t refused_ = 0;
  std::unique_ptr<Refusals> refusals_;
  std::mutex waiting_;  // of the thread alone
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last, so that it ends before what it uses
};

}  // namespace enginery::transport
