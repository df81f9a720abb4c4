// core/modules/dependencies.hpp: where the libraries are that a shared object needs.
#pragma once

#include <string>
#include <vector>

#include "core/modules/elf_file.hpp"

namespace enginery::modules {

/// Libraries that are found only relative to the file itself ($ORIGIN in its run path), which a copy of it elsewhere
/// would not find.
struct Neighbours {
  std::vector<std::string> libraries;  ///< their paths, in the order in which they are needed
  std::vector<std::string> folders;    ///< that they are in
};

/// Looks for everything that `elf`, of `file`, needs, as the dynamic linker does, but maps nothing. Throws
/// PluginLoadError of stage `dependency` naming the first library that is nowhere.
Neighbours check_dependencies(const ElfFile& elf, const std::string& file);

}  // namespace enginery::modules
