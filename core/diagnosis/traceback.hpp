// core/diagnosis/traceback.hpp: a stack in words.
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

/// How exactly a traceback says where code is.
enum class Exactness {
  function,  ///< "  at get_norms(int) in norms.so"
  line,  ///< "  at get_norms(int) in norms.so (/home/you/norms.cpp:12)"; "… in norms.so+0x1f40", as addr2line takes
         ///< it, where there is no debug information
};

/// One line for each frame, innermost last; `stack` has it first. The machinery between main and the task, that of
/// `execute`, and what the standard library has to call a function are left out, since they say nothing to the task's
/// author. `cut`: there were more frames than `stack` has, and the first line says so. Without a newline at the end.
ENGINERY_API std::string traceback(std::span<const CodePlace> stack, bool cut,
                                   Exactness exactness = Exactness::function);

/// Whether this host has a libdw to find lines with.
ENGINERY_API bool lines_are_read() noexcept;

}  // namespace enginery::modules
