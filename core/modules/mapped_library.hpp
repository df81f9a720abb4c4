// core/modules/mapped_library.hpp: a library as this process has it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <enginery/build_id.hpp>
#include <enginery/export.hpp>

namespace enginery::modules {

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

/// Whether all that is loaded finds what the library of that name shows before what its own libraries show: the program
/// is linked with it, or it was loaded with RTLD_GLOBAL.
ENGINERY_API bool comes_first(const std::string& name);

}  // namespace enginery::modules
