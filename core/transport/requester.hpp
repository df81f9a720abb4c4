// core/transport/requester.hpp: requests to one peer, any number at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "core/clusters/address.hpp"
#include "core/messages/message.hpp"

namespace enginery::transport {

using cluster::Address;
using messages::Message;

/// One REQ socket to one peer. A request is never sent twice; when the connection breaks, every request that is open
/// fails, and the socket serves no more: make a new one.
///
/// Threads: send() from any; answers come on NNG's threads, which must not block, wait or run user code.
class Requester {
 public:
  /// Given the answer, or an empty message and why there is none.
  using OnAnswer = std::function<void(Message answer, const char* failure)>;

  /// Connects. Throws ConnectionError when nobody answers there. Waits for a peer that is stopped, over TLS for ever:
  /// connect() has a limit.
  explicit Requester(const Address& address);

  /// Closes the socket if it has been silent long enough for that to be safe, else leaves it open until it has.
  ~Requester();
  Requester(const Requester&) = delete;
  Requester& operator=(const Requester&) = delete;

  void send(Message request, OnAnswer on_answer);

  const std::string& url() const;
  /// Requests that are not answered.
  std::size_t open() const;
  /// Nothing is open and nothing has moved for 20 ms: NNG can close it without hanging.
  bool quiet() const;
  /// A request has failed, or NNG says that the connection is lost; it does not always say so. It serves no more.
  bool broken() const;

 private:
  struct State;
  State* state_;
};

/// Whether a Responder at the other end answers a ping within `seconds`. A listener that a stranger's probe has made
/// deaf lets connections in, and nobody ever takes them over. A peer that is slow or stopped does not answer either:
/// try again.
bool is_heard(Requester& requester, double seconds);

/// Connects to a Responder that hears this, within `timeout_seconds`; a stopped peer could hold a dial for ten. Throws
/// ConnectionError, TimeoutError.
std::unique_ptr<Requester> connect(const Address& address, double timeout_seconds);

/// Sends one request and waits for its answer. Throws ConnectionError, TimeoutError.
Message request(Requester& requester, Message message, double timeout_seconds);

}  // namespace enginery::transport
