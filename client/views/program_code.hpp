// client/views/program_code.hpp: code of this process, as engines are asked for it.
#pragma once

#include <memory>
#include <string>

#include <enginery/travels.hpp>

#include "core/delivery/module_files.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery {

/// What is known of one function or class of function objects, found out at its first call.
struct ProgramCode {
  std::string name;  ///< in a plugin: "norms.get_norms"; else in the source: "wait", "main::<lambda>"
  wire::Code code;   ///< without the object
  std::shared_ptr<const modules::ModuleFiles> module;

  /// Throws PluginLoadError when no other process can load it: it is in an executable, not in what enginery_add_program
  /// builds; or its file is no longer what this process runs; or no symbol names it.
  /// Threads: any.
  static const ProgramCode& of(const Callee& callee, bool travels);
};

}  // namespace enginery
