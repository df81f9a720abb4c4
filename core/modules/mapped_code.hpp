// core/modules/mapped_code.hpp: which code is mapped into this process, and where.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <enginery/build_id.hpp>
#include <enginery/export.hpp>

struct dl_phdr_info;

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

/// The build-id that an object of this process has in memory, whatever became of its file; empty if the linker wrote
/// none.
BuildId build_id_of(const dl_phdr_info& object);

/// Where a library of this process was mapped from, and the build-id that it has in memory, whatever became of the
/// file.
struct MappedLibrary {
  std::string path;
  BuildId build_id;  ///< empty if the linker wrote none
  std::uintptr_t base = 0;
};

/// The library by which the dynamic linker would satisfy a need for `name` without looking for files; nothing if there
/// is none. `name` may also be the very path of what is mapped.
ENGINERY_API std::optional<MappedLibrary> mapped_library(const std::string& name);

/// A file of the user's own that this process has loaded.
struct OwnFile {
  std::string path;
  bool constructs;  ///< it ran code of its own when it was loaded
};

/// The shared objects that are mapped into this process, in the order in which they were loaded, but for the system's
/// and enginery's own, and for those whose file is not there any more. The executable is not among them: no other
/// process could load it.
ENGINERY_API std::vector<OwnFile> own_loaded_files();

}  // namespace enginery::modules
