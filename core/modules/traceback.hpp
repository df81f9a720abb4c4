// core/modules/traceback.hpp: a stack in words.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <enginery/export.hpp>

namespace enginery::modules {

/// Where code is in a file.
struct CodePlace {
  std::string file;
  std::uint64_t offset = 0;  ///< from where the file is mapped
  std::string symbol{};      ///< of the function, mangled; empty if it is not known yet
};

/// One line for each frame, "  at get_norms(int) in norms.so", innermost last; `stack` has it first. The machinery
/// between main and the task is left out, since it says nothing to the task's author. `cut`: there were more frames
/// than `stack` has, and the first line says so. Without a newline at the end.
ENGINERY_API std::string traceback(std::span<const CodePlace> stack, bool cut);

}  // namespace enginery::modules
