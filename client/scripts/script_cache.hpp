// client/scripts/script_cache.hpp: where compiled scripts are kept, and how it is known that they are still good.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/delivery/content_hash.hpp"
#include "core/modules/plugin_file.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery {

/// A short name for several texts, in order.
class ScriptHash {
 public:
  /// Adds a text and its size, so that ("ab", "c") is not ("a", "bc").
  ScriptHash& add(std::string_view text);
  /// 64 digits. Once; nothing can be added afterwards.
  std::string hex() { return hasher_.finish().hex(); }

 private:
  modules::ContentHasher hasher_;
};

/// The files that the compiler read, and what was in them.
class Prerequisites {
 public:
  /// Of the rule that the compiler wrote with -MD or -MMD. Nothing when one of the files changed after `started_ns` (of
  /// utc_now()): then it is unknown which version the compiler saw.
  static std::optional<Prerequisites> of_rule(const std::filesystem::path& rule, std::int64_t started_ns);
  /// Reads what save() wrote; nothing if the file is missing or incomplete.
  static std::optional<Prerequisites> load(const std::filesystem::path& file);
  /// Throws PluginLoadError when the file cannot be written.
  void save(const std::filesystem::path& file) const;

  /// Whether all files are there, with the same content.
  bool unchanged() const;
  /// A hash of their paths and contents.
  std::string digest() const;

 private:
  struct File {
    std::string path, hash;
    modules::FileStamp stamp;
  };
  std::vector<File> files_;
};

/// One entry: a folder that belongs to this object alone, among all threads and processes, while it lives.
class ScriptEntry {
 public:
  /// Waits until nobody else has it. Throws PluginLoadError when the folder cannot be made.
  ScriptEntry(const std::filesystem::path& cache, const std::string& key);

  std::filesystem::path file(const std::string& name) const { return folder_ / name; }
  /// Where to write a file before publish().
  std::filesystem::path draft(const std::string& name) const { return folder_ / ("new-" + name); }
  /// Renames the draft to the file. Throws PluginLoadError.
  void publish(const std::string& name) const;

 private:
  std::filesystem::path folder_;
  cluster::Descriptor lock_;
};

/// The folder `scripts` beside the cached modules; this user's alone. Throws PluginLoadError.
std::filesystem::path script_cache_folder();

/// What the keys of precompiled headers begin with.
inline constexpr const char* kHeadersPrefix = "headers-";

/// Removes entries that were not used for a day, but the last 300 scripts and 4 precompiled headers.
void trim_script_cache(const std::filesystem::path& cache);

}  // namespace enginery
