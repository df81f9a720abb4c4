// core/processes/uuid.cpp: random identities and their text.
#include <enginery/uuid.hpp>

#include <sys/random.h>

#include <enginery/errors.hpp>

namespace enginery {

static constexpr std::string_view kDigits = "0123456789abcdef";

Uuid Uuid::random() {
  Uuid uuid;
  if (getrandom(uuid.bytes.data(), uuid.bytes.size(), 0) != static_cast<ssize_t>(uuid.bytes.size()))
    throw Error("OSError", "the kernel gave no random bytes (getrandom); a session needs an identity");
  return uuid;
}

std::string Uuid::text() const {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Uuid Uuid::parse(std::string_view text) {
  Uuid uuid;
  bool good = text.size() == 2 * uuid.bytes.size();
  for (std::size_t i = 0; good && i < text.size(); ++i) {
    const auto digit = kDigits.find(text[i]);
    good = digit != std::string_view::npos;
    uuid.bytes[i / 2] = static_cast<std::uint8_t>(uuid.bytes[i / 2] << 4 | digit);
  }
  if (!good) throw ValueError("'" + std::string(text) + "' is not a uuid; expected 32 hexadecimal digits");
  return uuid;
}

}  // namespace enginery
