// core/modules/loaded_files.hpp: what this process has loaded of the user's own.
#pragma once

#include <string>
#include <vector>

#include <enginery/export.hpp>

namespace enginery::modules {

struct OwnFile {
  std::string path;
  bool constructs;  ///< it ran code of its own when it was loaded
};

/// The shared objects that are mapped into this process, in the order in which they were loaded, but for the system's
/// and enginery's own, and for those whose file is not there any more. The executable is not among them: no other
/// process could load it.
ENGINERY_API std::vector<OwnFile> own_loaded_files();

}  // namespace enginery::modules
