// client/scripts/script_hash.cpp: a short name for a long content.
#include "client/scripts/script_hash.hpp"

#include <span>

namespace enginery {

ScriptHash& ScriptHash::add(std::string_view text) {
  const std::size_t size = text.size();
  hasher_.add(std::as_bytes(std::span(&size, 1)));
  hasher_.add(std::as_bytes(std::span(text)));
  return *this;
}

}  // namespace enginery
