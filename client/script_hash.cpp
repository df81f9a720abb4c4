// client/script_hash.cpp: a short name for a long content.
#include "client/script_hash.hpp"

#include <cstdint>

#include <fmt/format.h>

namespace enginery {

ScriptHash& ScriptHash::add(std::string_view text) noexcept {
  constexpr Bits kPrime = (Bits{1} << 88) | 0x13b;
  const auto mix = [this](unsigned char byte) { state_ = (state_ ^ byte) * kPrime; };
  for (const char c : text) mix(static_cast<unsigned char>(c));
  for (std::size_t rest = text.size(), i = 0; i < sizeof rest; ++i, rest >>= 8) mix(rest & 0xff);
  return *this;
}

std::string ScriptHash::hex() const {
  return fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(state_ >> 64), static_cast<std::uint64_t>(state_));
}

}  // namespace enginery
