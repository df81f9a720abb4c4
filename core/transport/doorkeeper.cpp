// core/transport/doorkeeper.cpp: who may come in at a listening socket, and who has.
#include "core/transport/doorkeeper.hpp"

#include <unistd.h>

#include <optional>

#include <nng/nng.h>

#include "core/transport/check.hpp"

namespace enginery::transport {

struct Doorkeeper::Callbacks {
  static void on_coming(nng_pipe pipe, nng_pipe_ev, void* argument) {
    auto& self = *static_cast<Doorkeeper*>(argument);
    std::uint64_t user = 0;
    if (nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_UID, &user) == 0) {
      if (user == ::geteuid() || user == 0) return;
      self.refusals_.note("user " + std::to_string(user));
      nng_pipe_close(pipe);
    } else if (const auto peer = peer_of(pipe)) {
      const std::lock_guard lock(self.mutex_);
      self.inside_.insert(*peer);
    }
  }

  static void on_gone(nng_pipe pipe, nng_pipe_ev, void* argument) {
    auto& self = *static_cast<Doorkeeper*>(argument);
    const auto peer = peer_of(pipe);
    if (!peer) return;
    const std::lock_guard lock(self.mutex_);
    self.inside_.erase(*peer);
  }

  /// Nothing unless it is a TCP connection.
  static std::optional<Peer> peer_of(nng_pipe pipe) {
    nng_sockaddr address{};
    if (nng_pipe_get_addr(pipe, NNG_OPT_REMADDR, &address) != 0) return std::nullopt;
    if (address.s_family == NNG_AF_INET) return Peer(address.s_in.sa_addr, address.s_in.sa_port);
    if (address.s_family == NNG_AF_INET6) return Peer(address.s_in6.sa_addr, address.s_in6.sa_port);
    return std::nullopt;
  }
};

Doorkeeper::Doorkeeper(std::uint32_t socket, const std::string& url) : refusals_(url) {
  check(nng_pipe_notify(nng_socket{socket}, NNG_PIPE_EV_ADD_PRE, &Callbacks::on_coming, this), "nng_pipe_notify");
  check(nng_pipe_notify(nng_socket{socket}, NNG_PIPE_EV_REM_POST, &Callbacks::on_gone, this), "nng_pipe_notify");
}

bool Doorkeeper::has_let_in(const Peer& peer) const {
  const std::lock_guard lock(mutex_);
  return inside_.contains(peer);
}

}  // namespace enginery::transport
