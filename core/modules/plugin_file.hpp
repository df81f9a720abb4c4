// core/modules/plugin_file.hpp: a plugin's file: where it is, and its bytes as they were at one moment.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <enginery/bytes.hpp>
#include <enginery/errors.hpp>
#include <enginery/export.hpp>

namespace enginery::modules {

/// Changes when the file does: enough to know that it need not be read again.
struct ENGINERY_API FileStamp {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t modified_ns = 0, changed_ns = 0;

  /// Of the file at `path`, if there is one.
  static std::optional<FileStamp> of(const std::string& path);

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// A file read once, so that what was checked is what is loaded, whatever a linker writes to the path meanwhile.
struct ENGINERY_API PluginFile {
  std::string path;
  FileStamp stamp;
  Bytes bytes;

  /// Throws PluginLoadError of stage `read`.
  static PluginFile read(const std::string& path);
};

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

/// The error for a plugin that is neither in the caller's folders nor in those of this process.
ENGINERY_API PluginLoadError not_found(std::string_view name, const std::vector<std::string>& callers_folders);

/// The first `norms.so` or `libnorms.so` in those folders. Throws PluginLoadError of stage `find`, which lists the
/// folders and the nearest name.
ENGINERY_API std::string find_plugin(std::string_view name);

/// The names of all plugins in those folders, sorted.
ENGINERY_API std::vector<std::string> plugin_names();

}  // namespace enginery::modules
