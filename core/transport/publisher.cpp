// core/transport/publisher.cpp: a listening PUB socket.
//
// publish() never waits: what a subscriber's queue does not take is dropped. Hub and engine end with _exit, and closing
// a socket under traffic can hang, so the socket is abandoned to the process' end.
#include "core/transport/publisher.hpp"

#include <cstring>
#include <exception>
#include <optional>

#include <nng/nng.h>
#include <nng/protocol/pubsub0/pub.h>

#include "core/transport/forked.hpp"
#include "core/transport/listener_guard.hpp"
#include "core/transport/nng.hpp"
#include "core/transport/remote_listener.hpp"

namespace enginery::transport {

struct Publisher::State {
  nng_socket socket{};
  std::optional<Doorkeeper> doorkeeper;
  std::optional<ListenerGuard> guard;
  std::optional<RemoteListener> remote;
};

Publisher::Publisher(const std::string& url, int queue) : state_(new State) {
  check(nng_pub0_open(&state_->socket), "nng_pub0_open");
  nng_socket_set_int(state_->socket, NNG_OPT_SENDBUF, queue);
  state_->doorkeeper.emplace(state_->socket.id, url);
  state_->guard.emplace(state_->socket.id, url, Protocol::pub, [this] {
    try {
      Message ping(ListenerGuard::kPing.size());
      std::memcpy(ping.data(), ListenerGuard::kPing.data(), ListenerGuard::kPing.size());
      publish(std::move(ping));
    } catch (const std::exception&) {
      // Without memory there is no sign of life, and the guard looks again.
    }
  });
}

Publisher::~Publisher() {
  state_->guard.reset();
  state_->remote.reset();
  abandon(state_);
}

std::string Publisher::listen(const Address& address) {
  state_->remote.emplace(state_->socket.id, address, *state_->doorkeeper);
  return state_->remote->url();
}

void Publisher::publish(Message message) {
  nng_msg* raw = message.release();
  if (nng_sendmsg(state_->socket, raw, NNG_FLAG_NONBLOCK) != 0) nng_msg_free(raw);
}

}  // namespace enginery::transport
