// core/modules/library_search.hpp: where the dynamic linker would find libraries, and whether all are there.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/modules/elf_file.hpp"

namespace enginery::modules {

/// The folders of a PATH, which colons separate; empty ones are left out.
std::vector<std::string> folders_of(std::string_view path);

struct FoundLibrary {
  std::string path;
  bool beside;  ///< found relative to the file that needs it, so a copy of that elsewhere would not find it
};

/// Searches as the dynamic linker does for what the file `elf` at `path` needs: its DT_RPATH if it has no DT_RUNPATH,
/// LD_LIBRARY_PATH, its DT_RUNPATH, the system's folders and ldconfig's list. Nothing is mapped.
class LibrarySearch {
 public:
  LibrarySearch(const ElfFile& elf, const std::string& path);

  std::optional<FoundLibrary> find(const std::string& library) const;
  /// The run path, as written in the file.
  const std::vector<std::string>& run_path() const { return run_path_; }

 private:
  struct Folder {
    std::string path;
    bool beside = false;
  };
  std::vector<Folder> folders_;
  std::vector<std::string> run_path_;
};

/// Is that path of the system: below /lib, /lib64, /usr/lib, …, or in ldconfig's list?
bool of_system(const std::string& path);
/// Is a library of that name one of enginery's own?
bool of_enginery(const std::string& name);
/// The libenginery.so of this process, wherever it was moved; its other libraries are beside it. Empty if it is not
/// known.
std::filesystem::path library_of_enginery();

/// Libraries that the dynamic linker would not find from a copy of the file, and is to be given first: those relative
/// to the file itself ($ORIGIN in its run path), and those beside libenginery.so.
struct Neighbours {
  std::vector<std::string> libraries;  ///< their paths, in the order in which they are needed
  std::vector<std::string> folders;    ///< that they are in
};

/// Looks for everything that `elf`, of `file`, needs, as the dynamic linker does, but maps nothing. What was `brought`
/// is there. Throws PluginLoadError of stage `dependency` naming the first library that is nowhere, or of which this
/// process has another build that is a user's own; also when a library needs that, which `elf` needs.
Neighbours check_dependencies(const ElfFile& elf, const std::string& file, std::span<const std::string> brought = {});

}  // namespace enginery::modules
