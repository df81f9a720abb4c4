// core/modules/mapped_build_id.hpp: the build-id of what is mapped, from its memory.
#pragma once

#include <link.h>

#include <enginery/build_id.hpp>

namespace enginery::modules {

/// The build-id that an object of this process has in memory, whatever became of its file; empty if the linker wrote
/// none.
BuildId build_id_of(const dl_phdr_info& object);

}  // namespace enginery::modules
