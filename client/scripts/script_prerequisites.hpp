// client/scripts/script_prerequisites.hpp: the files that something was compiled from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/modules/plugin_file.hpp"

namespace enginery {

/// The files that the compiler read, and what was in them.
class Prerequisites {
 public:
  /// Of the rule that the compiler wrote with -MD or -MMD. Nothing when one of the files changed after `started_ns` (of
  /// now_ns()): then nobody knows what the compiler saw.
  static std::optional<Prerequisites> of_rule(const std::filesystem::path& rule, std::int64_t started_ns);
  /// What save() wrote; nothing when it is not there or not whole.
  static std::optional<Prerequisites> load(const std::filesystem::path& file);
  /// Throws PluginLoadError when the file cannot be written.
  void save(const std::filesystem::path& file) const;

  /// Whether all of them are there with the content that they had.
  bool unchanged() const;
  /// A hash of their paths and contents.
  std::string digest() const;

  /// The time, by the clock of file systems.
  static std::int64_t now_ns();

 private:
  struct File {
    std::string path, hash;
    modules::FileStamp stamp;
  };
  std::vector<File> files_;
};

}  // namespace enginery
