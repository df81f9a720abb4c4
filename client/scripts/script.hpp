// client/scripts/script.hpp: C++ that is compiled when it is to be run.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <enginery/export.hpp>

namespace enginery {

/// What is compiled: headers that all scripts share, once, or a script.
enum class Compiling { headers, script };
/// Is told each command before it runs.
using CompileWatch = std::function<void(Compiling what, const std::vector<std::string>& command)>;

/// A plugin that was made of a source.
struct CompiledScript {
  std::filesystem::path file;  ///< in the cache; never changes under a reader
  std::string warnings;        ///< what the compiler said, if it ran
};

/// The plugin of a source that holds ENGINERY_PLUGIN, as enginery_add_plugin would build it. Compiled only when source,
/// headers, options or compiler are not those of a compilation before, by whichever process of this user. Throws
/// CompileError; PluginLoadError when source or cache cannot be used.
///
/// Threads: any. Two that want the same wait for one compilation.
ENGINERY_API CompiledScript compile_script(const std::string& path, const CompileWatch& watch = {});

/// The same for statements, which become the body of a plugin.
ENGINERY_API CompiledScript compile_statements(std::string_view statements);

}  // namespace enginery
