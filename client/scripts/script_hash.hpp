// client/scripts/script_hash.hpp: a short name for a long content.
#pragma once

#include <string>
#include <string_view>

#include "core/delivery/content_hash.hpp"

namespace enginery {

/// Of several texts, in order.
class ScriptHash {
 public:
  /// Adds a text and its size, so that ("ab", "c") is not ("a", "bc").
  ScriptHash& add(std::string_view text);
  /// 64 digits. Once; nothing can be added afterwards.
  std::string hex() { return hasher_.finish().hex(); }

 private:
  modules::ContentHasher hasher_;
};

}  // namespace enginery
