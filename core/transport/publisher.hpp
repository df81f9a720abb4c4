// core/transport/publisher.hpp: a listening PUB socket.
#pragma once

#include <string>

#include "core/clusters/address.hpp"
#include "core/messages/message.hpp"

namespace enginery::transport {

using cluster::Address;
using messages::Message;

/// For hints and live text. NNG drops messages without a word, so nothing that must arrive goes this way alone.
///
/// Threads: publish() from any.
class Publisher {
 public:
  /// Listens at `url`; `queue` messages wait for each subscriber. Throws ConnectionError.
  explicit Publisher(const std::string& url, int queue = 8192);
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// Listens at this address, too, for other hosts; the address with its port. Once. Throws ConnectionError.
  std::string listen(const Address& address);
  void publish(Message message);

 private:
  struct State;
  State* state_;
};

}  // namespace enginery::transport
