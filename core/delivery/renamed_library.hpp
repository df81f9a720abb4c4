// core/delivery/renamed_library.hpp: a library of which another build has the name, under a name of its own.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include <enginery/bytes.hpp>
#include <enginery/export.hpp>

#include "core/delivery/module_files.hpp"

namespace enginery::modules {

/// What libraries are called instead of their names, in a copy of what needs them.
using LibraryRenames = std::map<std::string, std::string, std::less<>>;

/// A name as long as `name` and as plausible for a library's file: letters before its ".so" are replaced by such as
/// `seed` gives, another seed most likely others. It is `name` itself when there is nothing to replace.
ENGINERY_API std::string another_name(std::string_view name, std::string_view seed);

/// A copy of the shared object `bytes`, of `file`, in which each library that is a key of `names` is called by its
/// value: in its own name, in what it needs, and in the versions that it needs or defines. What it would share with the
/// whole process, as statics of inline functions, it has for itself and what needs it. Nothing else changes. Throws
/// PluginLoadError: `elf` when the file is damaged, `dependency` when a symbol or another name shares the letters that
/// would change, as linkers let names share their ends. Requires: a value is as long as its key.
ENGINERY_API Bytes with_other_names(std::span<const std::byte> bytes, const std::string& file,
                                    const LibraryRenames& names);

/// The dynamic linker knows a library by its name alone, and satisfies every later need by the build that came first.
/// So that one keeps the name; each other build is called otherwise, in a copy of it and of what needs it.
///
/// Threads: belongs to one thread at a time.
class LibraryNames {
 public:
  /// What `library` is called in this process, loaded or not yet. `needed`: those that it needs and that are called
  /// otherwise here; what runs together with other libraries is another build, too.
  /// Throws PluginLoadError of stage `dependency` naming the file `module` when another build has the name and comes
  /// first for all that is loaded, or no name is free.
  std::string of(const ModuleFile& library, const LibraryRenames& needed, const std::string& module);

 private:
  std::map<std::string, std::string> names_;  // by build-id and the names of `needed`
};

}  // namespace enginery::modules
