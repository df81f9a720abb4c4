// core/transport/responder.hpp: a listening REP socket that answers requests in any order and from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/clusters/address.hpp"
#include "core/messages/message.hpp"

namespace enginery::transport {

using cluster::Address;
using messages::Message;

/// Threads: answer() and reserve() from any; requests come on NNG's threads, which must not block, wait or run tasks.
class Responder {
 public:
  /// Names a request until it is answered.
  using Ticket = std::uint64_t;
  using OnRequest = std::function<void(Ticket, Message request)>;

  /// Listens at `url`; `contexts` requests can be held unanswered. Throws ConnectionError.
  Responder(const std::string& url, std::size_t contexts, OnRequest on_request);
  /// Hub and engine end with _exit, so the socket is abandoned to the process' end.
  ~Responder();
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  /// Listens at this address, too, for other hosts; the address with its port. Once. Throws ConnectionError.
  std::string listen(const Address& address);
  /// Exactly once for every ticket. What a peer does not read may be given up.
  void answer(Ticket ticket, Message reply);
  /// At least so many contexts receive or hold requests.
  void reserve(std::size_t contexts);
  /// How many requests wait for their answer.
  std::size_t held() const;

 private:
  struct State;
  State* state_;
};

}  // namespace enginery::transport
