// core/delivery/module_cache.hpp: copies of modules, each at a path that contains its build-id.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include <enginery/export.hpp>

#include "core/delivery/cached_file.hpp"
#include "core/delivery/module_files.hpp"

namespace enginery::modules {

/// A private folder of files, bounded in size by ENGINERY_CACHE_LIMIT, that no linker writes to, so that what is mapped
/// never changes under its code.
///
/// Threads and processes may share a folder: files appear complete, by rename, and are never changed after.
class ENGINERY_API ModuleCache {
 public:
  /// Creates `folder` (mode 0700) if need be. Throws PluginLoadError of stage `read` when it cannot serve: not
  /// writable, or another user's.
  explicit ModuleCache(std::filesystem::path folder);

  /// $ENGINERY_CACHE, else $XDG_CACHE_HOME/enginery, else ~/.cache/enginery, else /tmp/enginery-UID/cache: the first
  /// that can serve, but what ENGINERY_CACHE names must.
  static ModuleCache standard();

  /// The path of a file with exactly these bytes, whose name is `name` and whose folder is called as the build that it
  /// is of, or as the hash of its bytes where it is no build's own file. Throws PluginLoadError of stage `read` when it
  /// cannot be written.
  std::filesystem::path keep(const std::string& folder, const std::string& name,
                             std::span<const std::byte> bytes) const;

  /// The file of that build-id and name, if it is there and its bytes have that hash: they are read and compared. It is
  /// open, so that it can still be read when it is evicted.
  std::optional<BroughtFile> find(const ModuleFile& wanted) const;
  /// Where `wanted` is to be put, by an IncomingFile.
  std::filesystem::path place_of(const ModuleFile& wanted) const;
  /// Takes over what was written, or throws PluginLoadError of stage `read` when its bytes have not the hash.
  BroughtFile accept(IncomingFile& complete, const ModuleFile& wanted) const;
  /// Puts the file where it was when it was evicted meanwhile. Throws PluginLoadError of stage `read`.
  void restore(const BroughtFile& file) const;

  /// Has this very file been opened on this host before without harm, in a process that had `beside` loaded? A folder
  /// may be shared by hosts.
  bool proven(const std::filesystem::path& file, const std::string& beside = {}) const;
  void set_proven(const std::filesystem::path& file, const std::string& beside = {}) const;

  const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  std::filesystem::path place(const std::string& folder, const std::string& name) const;
  /// Others may have to go for it.
  std::shared_ptr<const cluster::Descriptor> put_in_place(IncomingFile& complete) const;

  std::filesystem::path folder_;
};

}  // namespace enginery::modules
