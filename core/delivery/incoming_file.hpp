// core/delivery/incoming_file.hpp: a file of the module cache that is being written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include <enginery/export.hpp>

#include "core/processes/descriptor.hpp"

namespace enginery::modules {

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
  IncomingFile(const IncomingFile&) = delete;
  IncomingFile& operator=(const IncomingFile&) = delete;

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

/// Removes a file that an IncomingFile of a killed process left; false if its writer lives or it is gone.
ENGINERY_API bool remove_if_abandoned(const std::filesystem::path& temporary);

}  // namespace enginery::modules
