// core/enginery/uuid.hpp: 16 random bytes that name an incarnation or a session.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <enginery/export.hpp>

namespace enginery {

/// 16 random bytes. The default one is nil.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// Fresh bytes from the kernel's random source.
  ENGINERY_API static Uuid random();
  /// The inverse of text(). Throws ValueError.
  ENGINERY_API static Uuid parse(std::string_view text);
  /// 32 lower-case hexadecimal digits.
  ENGINERY_API std::string text() const;
  bool nil() const { return *this == Uuid{}; }

  friend bool operator==(const Uuid&, const Uuid&) = default;
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

}  // namespace enginery

template <>
struct std::hash<enginery::Uuid> {
  std::size_t operator()(const enginery::Uuid& uuid) const noexcept {
    std::size_t word;
    std::memcpy(&word, uuid.bytes.data(), sizeof word);
    return word;
  }
};
