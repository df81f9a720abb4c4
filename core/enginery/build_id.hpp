// core/enginery/build_id.hpp: what names one build of a module.
#pragma once

#include <compare>
#include <string>

namespace enginery {

/// The linker's build-id as lower-case hexadecimal digits: the same code has the same one, changed code another.
/// The default one belongs to nothing.
struct BuildId {
  std::string hex;

  bool empty() const noexcept { return hex.empty(); }

  friend bool operator==(const BuildId&, const BuildId&) = default;
  friend auto operator<=>(const BuildId&, const BuildId&) = default;
};

}  // namespace enginery

template <>
struct std::hash<enginery::BuildId> {
  std::size_t operator()(const enginery::BuildId& id) const noexcept { return std::hash<std::string>{}(id.hex); }
};
