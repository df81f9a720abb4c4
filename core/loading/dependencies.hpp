// core/loading/dependencies.hpp: whether the libraries are there that a shared object needs.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/delivery/brought_modules.hpp"
#include "core/modules/elf_file.hpp"

namespace enginery::modules {

/// Libraries that the dynamic linker would not find from a copy of the file, and is to be given first: those relative
/// to the file itself ($ORIGIN in its run path), and those beside libenginery.so.
struct Neighbours {
  std::vector<std::string> libraries;  ///< their paths, in the order in which they are needed
  std::vector<std::string> folders;    ///< that they are in
};

/// Looks for everything that `elf`, of `file`, needs, as the dynamic linker does, but maps nothing. What was `brought`
/// is there. Throws PluginLoadError of stage `dependency` naming the first library that is nowhere, or of which this
/// process has another build that is a user's own; also when a library needs that, which `elf` needs.
Neighbours check_dependencies(const ElfFile& elf, const std::string& file, std::span<const BroughtFile> brought = {});

}  // namespace enginery::modules
