// client/scripts/script_recipe.hpp: how scripts are compiled on this host.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace enginery {

/// The compiler and its arguments: those of enginery_add_plugin, which were written to a file beside the library when
/// it was built.
struct ScriptRecipe {
  /// The first word is a path: of the compiler, or of a program such as ccache that takes it as an argument.
  std::vector<std::string> compiler;
  /// Options, and folders of headers.
  std::vector<std::string> compile;
  /// Options, and the library.
  std::vector<std::string> link;
  /// A hash of all that, and of the compiler itself.
  std::string identity;

  /// The compiler is ENGINERY_CXX, where that is set: a path, or words that spaces part. Throws CompileError, naming
  /// `script`, when there is none, or the recipe cannot be read.
  static ScriptRecipe find(const std::string& script);
};

/// Runs the command, whose first word is a path, and waits for its end. It is to write `output`. Returns what it said,
/// in English. Ctrl-C ends it too. Throws CompileError, naming `script`, when it cannot be started, is killed or writes
/// no output.
std::string run_compiler(const std::vector<std::string>& command, const std::filesystem::path& output,
                         const std::string& script);

}  // namespace enginery
