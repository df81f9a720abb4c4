// core/delivery/library_names.hpp: what the builds of a user's library are called in this process.
#pragma once

#include <map>
#include <string>

#include "core/delivery/module_files.hpp"
#include "core/delivery/renamed_library.hpp"

namespace enginery::modules {

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
