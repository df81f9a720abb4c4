// client/scripts/script_cache.hpp: where compiled scripts are kept.
#pragma once

#include <filesystem>
#include <string>

#include "core/processes/descriptor.hpp"

namespace enginery {

/// One entry: a folder that belongs to this object alone, among all threads and processes, while it lives.
class ScriptEntry {
 public:
  /// Waits until nobody else has it. Throws PluginLoadError when the folder cannot be made.
  ScriptEntry(const std::filesystem::path& cache, const std::string& key);

  std::filesystem::path file(const std::string& name) const { return folder_ / name; }
  /// Where to write a file that is to appear complete.
  std::filesystem::path draft(const std::string& name) const { return folder_ / ("new-" + name); }
  /// Has the draft appear as the file. Throws PluginLoadError.
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
