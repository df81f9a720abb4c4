// core/modules/library_symbol.hpp: functions of libraries that every host has, such as libc's getpid.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <enginery/export.hpp>

namespace enginery::modules {

/// A function by what the dynamic linker knows it by: as text "getpid@GLIBC_2.2.5@libc.so.6".
struct ENGINERY_API LibrarySymbol {
  std::string symbol, version, library;  ///< the version is empty where the library has none

  std::string text() const;
  /// Nothing if `text` is not such a text.
  static std::optional<LibrarySymbol> parse(std::string_view text);

  /// That of the function at an address of this process: also of those that the linker chose among several for this
  /// processor (strlen) or took from the kernel (time). Nothing if no library shows it.
  static std::optional<LibrarySymbol> of(const void* function);

  /// The function in this process; its library is loaded if need be. Throws PluginLoadError of stage
  /// `dependency` or `symbol`, which names what is missing.
  const void* resolve() const;
};

/// Whether all that is loaded finds what the library of that name shows before what its own libraries show: the program
/// is linked with it, or it was loaded with RTLD_GLOBAL.
ENGINERY_API bool comes_first(const std::string& name);

}  // namespace enginery::modules
