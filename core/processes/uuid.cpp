// core/processes/uuid.cpp: random identities and their text.
#include <enginery/uuid.hpp>

#include <sys/random.h>

#include <enginery/errors.hpp>

namespace enginery {

Uuid Uuid::random() {
  Uuid uuid;
  if (getrandom(uuid.bytes.data(), uuid.bytes.size(), 0) != static_cast<ssize_t>(uuid.bytes.size()))
    throw Error("OSError", "the kernel gave no random bytes (getrandom); a session needs an identity");
  return uuid;
}

std::string Uuid::text() const {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(32);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Uuid Uuid::parse(std::string_view text) {
  const auto digit = [&](char c) -> unsigned {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    throw ValueError("'" + std::string(text) + "' is not a uuid; expected 32 hexadecimal digits");
  };
  Uuid uuid;
  if (text.size() != 32) throw ValueError("'" + std::string(text) + "' is not a uuid; expected 32 hexadecimal digits");
  for (std::size_t i = 0; i < 16; ++i)
    uuid.bytes[i] = static_cast<std::uint8_t>(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
  return uuid;
}

}  // namespace enginery
