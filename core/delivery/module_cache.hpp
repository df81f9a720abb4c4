// core/delivery/module_cache.hpp: copies of modules, each at a path that contains its build-id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <enginery/export.hpp>

#include "core/delivery/module_files.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery::modules {

/// Throws PluginLoadError of stage `read`: the cache cannot have this file.
[[noreturn]] void refuse_cached(const std::filesystem::path& file, const std::string& problem);

/// Lies beside its place under a name of its own, locked while its writer lives, until it is complete and takes its
/// place by rename. What is not placed is removed; what a killed writer left is known by its missing lock.
///
/// Threads: belongs to one thread at a time.
class ENGINERY_API IncomingFile {
 public:
  /// Names of files that are being written begin so.
  static constexpr std::string_view kPrefix = ".new-";

  /// To be placed at `place`, whose folder is made if need be. Throws PluginLoadError of stage `read` naming the place.
  explicit IncomingFile(std::filesystem::path place);
  ~IncomingFile();

  /// Throws PluginLoadError of stage `read`: no room, …
  void write(std::uint64_t offset, std::span<const std::byte> bytes);
  /// The file, complete, open for reading; it has replaced what was at its place. Nothing is written after.
  std::shared_ptr<const cluster::Descriptor> put_in_place();

  int descriptor() const noexcept { return out_.get(); }
  const std::filesystem::path& place() const noexcept { return place_; }

 private:
  std::filesystem::path place_;
  std::filesystem::path temporary_;  // empty when it is in its place
  cluster::Descriptor out_;
};

/// ENGINERY_CACHE_LIMIT, in MiB, as bytes; 4 GiB when it is not set or not a number.
ENGINERY_API std::uint64_t cache_limit();

/// Removes what killed writers left in `modules`, and then the files that were not used for longest until the others
/// take at most `limit` bytes; `latest` is spared. What a process has open or mapped stays with it. One process at a
/// time does this, and others do not wait for it; it never fails, since a cache that is too large still serves.
ENGINERY_API void keep_within(const std::filesystem::path& modules, std::uint64_t limit,
                              const std::filesystem::path& latest) noexcept;

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
