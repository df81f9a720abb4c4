// core/transport/message.cpp: a message is NNG's own, so that nothing is copied.
#include "core/messages/message.hpp"

#include <cstring>

#include "core/transport/nng.hpp"

namespace enginery::messages {

Message::Message(std::size_t size) {
  transport::check(transport::with_memory([&] { return nng_msg_alloc(&message_, size); }), "nng_msg_alloc",
                   std::to_string(size));
}

Message::~Message() {
  if (message_) nng_msg_free(message_);
}

std::byte* Message::data() const { return static_cast<std::byte*>(nng_msg_body(message_)); }
std::size_t Message::size() const { return nng_msg_len(message_); }

std::uint64_t Message::origin() const {
  nng_sockaddr address{};
  if (nng_pipe_get_addr(nng_msg_get_pipe(message_), NNG_OPT_REMADDR, &address) != 0) return 0;
  if (address.s_family == NNG_AF_INET) return address.s_in.sa_addr;
  std::uint64_t network = 0;  // of IPv6 its first half: a host may choose the other at will
  if (address.s_family == NNG_AF_INET6) std::memcpy(&network, address.s_in6.sa_addr, sizeof network);
  return network;
}

std::optional<std::uint64_t> Message::sender() const {
  std::uint64_t pid = 0;
  if (nng_pipe_get_uint64(nng_msg_get_pipe(message_), NNG_OPT_IPC_PEER_PID, &pid) != 0) return std::nullopt;
  return pid;
}

Bytes Message::share() && {
  const std::span<const std::byte> bytes = span();
  return Bytes(
      std::shared_ptr<const void>(
          release(), [](const void* message) { nng_msg_free(static_cast<nng_msg*>(const_cast<void*>(message))); }),
      bytes);
}

}  // namespace enginery::messages
