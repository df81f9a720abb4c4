// core/modules/code_location.hpp: where code is: in which build of which module, at which offset.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <enginery/build_id.hpp>
#include <enginery/export.hpp>

#include "core/modules/generation_id.hpp"

namespace enginery::modules {

/// An address in any process that has the module: as text "+0x1f40@BUILDID", or "+0x1f40@BUILDID/GENERATION" for one of
/// a module that was brought with libraries of the user's own, or of one of these.
struct ENGINERY_API CodeAddress {
  BuildId build_id;
  std::uint64_t offset = 0;
  GenerationId generation{};  ///< empty: the build-id says all

  std::string text() const;
  /// Nothing if `text` is not such a text.
  static std::optional<CodeAddress> parse(std::string_view text);
};

/// Where the code at an address of this process is.
struct ENGINERY_API CodeLocation {
  std::string file;         ///< of the shared object, as the dynamic linker knows it; the program's own is absolute
  bool executable = false;  ///< the program itself, which no other process can load
  CodeAddress address;      ///< the build-id is empty if the linker wrote none

  /// Nothing if no file is mapped there.
  static std::optional<CodeLocation> of(const void* address);
};

/// The code at that address of this process, if a module of that build-id is mapped in it and has code there. Which of
/// several, only `base` tells: the address that its offsets count from.
ENGINERY_API const void* find_code(const CodeAddress& address, std::optional<std::uintptr_t> base = std::nullopt);

}  // namespace enginery::modules
