// core/delivery/cached_file.hpp: a file of the module cache: how it comes, and how it goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <enginery/export.hpp>

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

/// Where it is kept that the file has been opened on this host without harm, by a process that had `beside` loaded.
std::filesystem::path proof_of(const std::filesystem::path& file, const std::string& beside);
/// Of all hosts.
void remove_proofs(const std::filesystem::path& file);

/// The file behind `descriptor` was used now: others go first.
void mark_used(int descriptor);

/// ENGINERY_CACHE_LIMIT, in MiB, as bytes; 4 GiB when it is not set or not a number.
ENGINERY_API std::uint64_t cache_limit();

/// Removes what killed writers left in `modules`, and then the files that were not used for longest until the others
/// take at most `limit` bytes; `latest` is spared. What a process has open or mapped stays with it. One process at a
/// time does this, and others do not wait for it; it never fails, since a cache that is too large still serves.
ENGINERY_API void keep_within(const std::filesystem::path& modules, std::uint64_t limit,
                              const std::filesystem::path& latest) noexcept;

}  // namespace enginery::modules
