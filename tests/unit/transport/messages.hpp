// tests/unit/transport/messages.hpp: messages that are texts.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "core/messages/message.hpp"

namespace enginery::transport {

inline Message message_of(std::string_view text) {
  Message message(text.size());
  std::memcpy(message.data(), text.data(), text.size());
  return message;
}
inline std::string text_of(const Message& message) {
  return {reinterpret_cast<const char*>(message.data()), message.size()};
}

}  // namespace enginery::transport
