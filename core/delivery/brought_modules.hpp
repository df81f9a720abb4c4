// core/delivery/brought_modules.hpp: the modules that clients have brought to this process.
#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include <enginery/export.hpp>

#include "core/delivery/module_files.hpp"
#include "core/modules/generation_id.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery::modules {

/// A file in the cache whose bytes were found to have their hash.
struct BroughtFile {
  ModuleFile what;
  std::filesystem::path cached;  ///< where it is, unless it was evicted since
  std::shared_ptr<const cluster::Descriptor>
      content;  ///< open for reading: the bytes stay, whatever becomes of the path
};

/// From the moment a module is complete until it is loaded: its files stay open, so that it can be loaded whatever
/// another process removes from the cache.
///
/// Threads: all functions from any.
class ENGINERY_API BroughtModules {
 public:
  /// `files`: the module's libraries, each before those that need it, and the module last. It takes the place
  /// of what was brought before of that generation. Many that nobody loads make the oldest of them forgotten.
  void add(std::vector<BroughtFile> files);
  /// What was brought for that generation of a module and is not loaded.
  std::optional<std::vector<BroughtFile>> find(const GenerationId& generation) const;

  /// The generation that was brought last of a plugin `name`, and is not loaded: of a file name.so or libname.so.
  std::optional<GenerationId> newest(std::string_view name) const;

  /// It cannot be loaded from what was brought.
  void forget(const GenerationId& generation);

  /// That generation is in this process now, for good.
  void set_loaded(const GenerationId& generation);
  bool loaded(const GenerationId& generation) const;

 private:
  static constexpr std::size_t kMost = 128;
  struct Waiting {
    GenerationId generation;
    std::vector<BroughtFile> files;
  };

  mutable std::mutex mutex_;
  std::deque<Waiting> waiting_;  // one for each generation
  std::set<GenerationId> loaded_;
};

}  // namespace enginery::modules
