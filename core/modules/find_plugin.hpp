// core/modules/find_plugin.hpp: from a plugin's name to its file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <enginery/errors.hpp>
#include <enginery/export.hpp>

namespace enginery::modules {

/// The folders that are searched, in order: those of ENGINERY_PLUGIN_PATH as it is now, then the plugins that came with
/// this libenginery.so.
ENGINERY_API std::vector<std::string> plugin_folders();

/// Does the word say where a file is ("./norms.so", "norms.so"), rather than a plugin's name?
ENGINERY_API bool names_a_file(std::string_view word);

/// Is it called as C++ sources are: .cpp, .cc or .cxx?
ENGINERY_API bool names_a_source(std::string_view word);

/// Throws PluginLoadError if the word names source code, and says how that becomes a plugin.
ENGINERY_API void refuse_source(std::string_view word);

/// Is the file called as the plugin `name` is: name.so or libname.so?
ENGINERY_API bool is_plugin_file(const std::filesystem::path& file, std::string_view name);

/// As find_plugin(), of a plugin that may not be there. Nothing for what cannot be a name.
ENGINERY_API std::optional<std::string> look_for_plugin(std::string_view name);

/// That there is no such plugin, neither in the caller's folders nor in those of this process.
ENGINERY_API PluginLoadError not_found(std::string_view name, const std::vector<std::string>& callers_folders);

/// The first `norms.so` or `libnorms.so` in those folders. Throws PluginLoadError of stage `find`, which lists the
/// folders and the nearest name.
ENGINERY_API std::string find_plugin(std::string_view name);

/// The names of all plugins in those folders, sorted.
ENGINERY_API std::vector<std::string> plugin_names();

}  // namespace enginery::modules
