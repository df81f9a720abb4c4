// engine/import_list.hpp: the plugins that an engine imported, for the one that takes its place.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace enginery::engine {

/// A file in the cluster's runtime folder, one for each engine's id, which outlives the engine.
///
/// Threads: belongs to one.
class ImportList {
 public:
  struct Import {
    std::string name;
    /// As the user named it, and the copy in the module cache that was mapped.
    std::string file, copy;
    friend bool operator==(const Import&, const Import&) = default;
  };

  static std::filesystem::path place(const std::filesystem::path& directory, int id);

  /// Reads what a former engine left in `file`; a file that cannot be read is an empty list.
  explicit ImportList(std::filesystem::path file);

  /// Calls `import` with each plugin, in their order. `import` adds those that it could import to the list again; one
  /// that throws, or that ends this process, is not tried again. `on_failure` gets the words of what was thrown.
  void restore(const std::function<void(const Import&)>& import,
               const std::function<void(const std::string& words)>& on_failure);
  /// Adds it to the file, in the place of an earlier one of that name. If the disk is full it does nothing.
  void add(const Import& import);

 private:
  void save() const;

  std::filesystem::path file_;
  std::vector<Import> imports_;
};

}  // namespace enginery::engine
