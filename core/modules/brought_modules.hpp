// core/modules/brought_modules.hpp: the modules that clients have brought to this process.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <enginery/build_id.hpp>
#include <enginery/export.hpp>

#include "core/modules/descriptor.hpp"
#include "core/modules/module_files.hpp"

namespace enginery::modules {

/// A file in the cache whose bytes were found to have their hash.
struct BroughtFile {
  ModuleFile what;
  std::filesystem::path cached;               ///< where it is, unless it was evicted since
  std::shared_ptr<const Descriptor> content;  ///< open for reading: the bytes stay, whatever becomes of the path
};

/// Threads: all functions from any.
class ENGINERY_API BroughtModules {
 public:
  /// `files`: the module's libraries, each before those that need it, and the module last. The first that was brought
  /// of a build stays.
  void add(std::vector<BroughtFile> files);
  /// What was brought for the module of that build.
  std::optional<std::vector<BroughtFile>> find(const BuildId& build_id) const;

 private:
  mutable std::mutex mutex_;
  std::map<BuildId, std::vector<BroughtFile>> modules_;
};

}  // namespace enginery::modules
