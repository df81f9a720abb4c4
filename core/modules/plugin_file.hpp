// core/modules/plugin_file.hpp: the bytes of a plugin as they were at one moment.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <enginery/bytes.hpp>
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

}  // namespace enginery::modules
