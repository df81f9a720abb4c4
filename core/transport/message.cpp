// core/transport/message.cpp: one NNG message, owned.
#include "core/transport/message.hpp"

#include "core/transport/check.hpp"

namespace enginery::transport {

Message::Message(std::size_t size) {
  check(with_memory([&] { return nng_msg_alloc(&message_, size); }), "nng_msg_alloc", std::to_string(size));
}

Message::~Message() {
  if (message_) nng_msg_free(message_);
}

std::byte* Message::data() const { return static_cast<std::byte*>(nng_msg_body(message_)); }
std::size_t Message::size() const { return nng_msg_len(message_); }

Bytes Message::share() && {
  const std::span<const std::byte> bytes = span();
  return Bytes(
      std::shared_ptr<const void>(
          release(), [](const void* message) { nng_msg_free(static_cast<nng_msg*>(const_cast<void*>(message))); }),
      bytes);
}

}  // namespace enginery::transport
