// core/transport/subscriber.hpp: a SUB socket that dials, and dials again.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/clusters/address.hpp"
#include "core/messages/message.hpp"

namespace enginery::transport {

using cluster::Address;

/// Threads: messages come on NNG's threads, one at a time and in order; the callback must not block.
class Subscriber {
 public:
  /// The message without its topic.
  using OnMessage = std::function<void(Bytes message)>;

  /// Subscribes to what starts with `topic`. Dials in the background, for ever. Throws ConnectionError for a bad
  /// address.
  Subscriber(const Address& address, std::string_view topic, OnMessage on_message);
  /// Waits until a running callback has returned, then 100 ms at most for a silence in which the socket can be closed;
  /// else close_left_open() closes it after a longer silence.
  ~Subscriber();
  /// The peer may send at any time, so the destructor need not wait for a short silence.
  void leave_open();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

 private:
  struct State;
  State* state_;
};

}  // namespace enginery::transport
