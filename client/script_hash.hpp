// client/script_hash.hpp: a short name for a long content.
#pragma once

#include <string>
#include <string_view>

namespace enginery {

/// FNV-1a of 128 bits: tells contents apart that nobody made to collide.
class ScriptHash {
 public:
  /// Adds a text and its end, so that ("ab", "c") is not ("a", "bc").
  ScriptHash& add(std::string_view text) noexcept;
  /// 32 digits.
  std::string hex() const;

 private:
  __extension__ using Bits = unsigned __int128;
  Bits state_ = (Bits{0x6c62272e07bb0142} << 64) | 0x62b821756295c58d;
};

}  // namespace enginery
