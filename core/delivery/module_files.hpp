// core/delivery/module_files.hpp: a module and the user's own libraries that it needs, as files of two hosts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <enginery/build_id.hpp>
#include <enginery/bytes.hpp>
#include <enginery/export.hpp>

#include "core/delivery/content_hash.hpp"
#include "core/modules/mapped_code.hpp"
#include "core/modules/plugin_file.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery::modules {

/// What a file is known by on every host.
struct ModuleFile {
  std::string name;  ///< without folders: of a library its soname, by which the dynamic linker finds it
  std::string path;  ///< on the host that it comes from, for people
  BuildId build_id;
  ContentHash hash;
  std::uint64_t size = 0;  ///< bytes

  friend bool operator==(const ModuleFile&, const ModuleFile&) = default;
};

/// The generation of a module that is brought as these files, the module last.
ENGINERY_API GenerationId generation_of(std::span<const ModuleFile> files);

/// What an engine must have to load one module: the user's own libraries that it needs, each before those that need it,
/// and the module itself last.
///
/// A library is the user's own when the dynamic linker would find it, or has found it for this process, outside of the
/// system's folders, and it is not one of enginery's. One that is nowhere on this host is left for the engine to find
/// or to name.
///
/// Threads: immutable.
class ENGINERY_API ModuleFiles {
 public:
  /// Of a plugin's or program's .so on disk. The same object again, and nothing is read, while no file of it changes.
  /// Throws PluginLoadError: `read` or `elf` for a file that cannot serve, also one without a build-id; `dependency`
  /// for a library of the user's own that has no soname.
  static std::shared_ptr<const ModuleFiles> of_file(const std::string& path);

  /// Of a module that is mapped into this process from `path` and has this build-id in memory; its libraries are those
  /// that are mapped. The same object again for the same build-id, and no file is looked at. Throws as of_file(), and
  /// PluginLoadError of stage `read` when a file on disk is no longer what is mapped: the program was rebuilt.
  static std::shared_ptr<const ModuleFiles> of_mapped(const std::string& path, const BuildId& build_id);

  /// Where a file is, whatever becomes of the current folder, and what it was when it was hashed.
  struct Source {
    std::string place;
    FileStamp stamp;
  };
  /// For the functions above; one source for each file.
  ModuleFiles(std::vector<ModuleFile> files, std::vector<Source> sources);

  std::span<const ModuleFile> files() const noexcept { return files_; }
  const ModuleFile& module() const noexcept { return files_.back(); }
  const BuildId& build_id() const noexcept { return module().build_id; }
  const GenerationId& generation() const noexcept { return generation_; }
  /// Of all files: the same module with another library has another one.
  const ContentHash& fingerprint() const noexcept { return fingerprint_; }

  /// Bytes of files()[index], as they were hashed. Throws PluginLoadError of stage `read` when the file has changed
  /// since. Requires: within its size.
  Bytes read(std::size_t index, std::uint64_t offset, std::size_t length) const;

 private:
  bool unchanged() const;

  std::vector<ModuleFile> files_;
  std::vector<Source> sources_;
  GenerationId generation_;
  ContentHash fingerprint_;
};

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
  /// of what was brought before of that generation. When many wait to be loaded, the oldest is forgotten.
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
