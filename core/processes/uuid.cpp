// core/processes/uuid.cpp: random identities and their text.
#include <enginery/uuid.hpp>

#include <sys/random.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

namespace enginery {

Uuid Uuid::random() {
  Uuid uuid;
  if (getrandom(uuid.bytes.data(), uuid.bytes.size(), 0) != static_cast<ssize_t>(uuid.bytes.size()))
    throw Error("OSError", "the kernel gave no random bytes (getrandom); a session needs an identity");
  return uuid;
}

std::string Uuid::text() const { return fmt::format("{:02x}", fmt::join(bytes, "")); }

Uuid Uuid::parse(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
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
