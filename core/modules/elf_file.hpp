// core/modules/elf_file.hpp: what an ELF file says about itself, read without mapping or trusting it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <enginery/build_id.hpp>
#include <enginery/export.hpp>

namespace enginery::modules {

/// The facts of a shared object that decide whether it may be loaded.
struct ENGINERY_API ElfFile {
  BuildId build_id;                           ///< empty if the linker wrote none
  std::optional<std::string> abi_tag;         ///< of the notes that ENGINERY_PLUGIN writes, as all until `needed`
  std::string built_by;                       ///< the compiler, as "g++ 12.2.0"; empty if it is not known
  std::vector<std::string> instruction_sets;  ///< that the compiler might use, as "avx2"
  std::vector<std::string> needed;            ///< DT_NEEDED: the libraries it depends on
  std::string soname, rpath, runpath;
  std::uint16_t machine = 0;

  /// Reads `bytes`, the whole file. Whatever they are, nothing outside them is touched and the time is linear.
  /// Throws PluginLoadError of stage `elf` naming `file`: not an ELF file, truncated, for another machine, not a shared
  /// object, or inconsistent.
  static ElfFile read(std::span<const std::byte> bytes, const std::string& file);
};

}  // namespace enginery::modules
