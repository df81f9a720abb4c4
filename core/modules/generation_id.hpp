// core/modules/generation_id.hpp: what names the code that a module runs.
#pragma once

#include <compare>
#include <string>

#include <enginery/build_id.hpp>

namespace enginery::modules {

/// One build of a module together with the builds of the user's own libraries that it was brought with: the same module
/// with another build of a library is another generation. Of a module without such libraries it is the build-id.
/// The default one belongs to nothing.
struct GenerationId {
  std::string hex;

  static GenerationId of(const BuildId& build_id) { return {build_id.hex}; }
  bool empty() const noexcept { return hex.empty(); }

  friend bool operator==(const GenerationId&, const GenerationId&) = default;
  friend auto operator<=>(const GenerationId&, const GenerationId&) = default;
};

}  // namespace enginery::modules
