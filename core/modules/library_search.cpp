// core/modules/library_search.cpp: where the dynamic linker would find libraries, and whether all are there.
//
// To ask the dynamic linker would be to map a library and to run its constructors. So this follows the linker's rules
// (`man ld.so`), and looks at file names only. A missing library is named before anything is loaded, and a user's own
// libraries, which travel with a module, are told from those that every host has.
//
// Two of the linker's rules would give a module other code than was meant. The linker knows libraries by their names
// alone, so a build that is loaded already satisfies every later need. And it looks for $ORIGIN beside the file that it
// opens, which is a copy in the module cache. check_dependencies() sees to both.
#include "core/modules/library_search.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "core/modules/library_symbol.hpp"
#include "core/modules/mapped_code.hpp"
#include "core/modules/symbol_table.hpp"

namespace enginery::modules {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& file) {
  std::error_code error;
  return fs::exists(file, error);
}

/// The path in ldconfig's list that ends in `end`. Its paths are zero-terminated texts; more of the format need not be
/// known to see whether one is there.
std::optional<std::string> in_linker_cache(const std::string& end) {
  std::ifstream file("/etc/ld.so.cache", std::ios::binary);
  const std::string cache{std::istreambuf_iterator<char>(file), {}};
  const std::size_t at = cache.find(end + '\0');
  if (at == std::string::npos || at == 0) return std::nullopt;
  const std::size_t start = cache.rfind('\0', at - 1) + 1;
  return cache.substr(start, at + end.size() - start);
}

/// The dynamic linker would give the file the `mapped` library in place of `found`, which was meant. For libraries of
/// the system that is usual; a user's own library would be other code.
void check_same(const std::string& library, const MappedLibrary& mapped, const FoundLibrary& found,
                const std::string& file) {
  if (of_system(found.path)) return;
  const BuildId build_id = ElfFile::of(found.path).build_id;
  if (build_id == mapped.build_id) return;
  throw PluginLoadError(
      LoadStage::dependency, file,
      fmt::format("it needs {} of build-id {} from {}, and this process has that of build-id {} from {}", library,
                  build_id.empty() ? "none" : build_id.hex, found.path,
                  mapped.build_id.empty() ? "none" : mapped.build_id.hex, mapped.path),
      "Restart the engine to have the new one, or bring the file from a client, which loads both: run() or "
      "sync_imports()");
}

/// The same for what `library`, which `file` needs and which is not mapped, needs itself. What is nowhere is left to
/// the dynamic linker.
void check_below(const FoundLibrary& library, const std::string& file, std::set<std::string>& seen) {
  if (of_system(library.path) || !seen.insert(library.path).second) return;
  const ElfFile elf = ElfFile::of(library.path);
  const LibrarySearch search(elf, library.path);
  for (const std::string& needed : elf.needed) {
    if (of_enginery(needed) || needed.find('/') != std::string::npos) continue;
    const auto mapped = mapped_library(needed);
    if (mapped && of_system(mapped->path)) continue;
    const std::optional<FoundLibrary> found = search.find(needed);
    if (!found) continue;
    mapped ? check_same(needed, *mapped, *found, file) : check_below(*found, file, seen);
  }
}

}  // namespace

std::vector<std::string> folders_of(std::string_view path) {
  std::vector<std::string> folders;
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    if (!folder.empty()) folders.emplace_back(folder);
    path.remove_prefix(std::min(path.size(), folder.size() + 1));
  }
  return folders;
}

LibrarySearch::LibrarySearch(const ElfFile& elf, const std::string& path)
    : run_path_(folders_of(elf.runpath.empty() ? elf.rpath : elf.runpath)) {
  std::error_code error;
  const std::string origin = fs::absolute(path, error).parent_path();
  std::vector<Folder> own;
  for (std::string folder : run_path_) {
    const bool beside = folder.find("$ORIGIN") != folder.npos || folder.find("${ORIGIN}") != folder.npos;
    replace_all(folder, "$ORIGIN", origin);
    replace_all(folder, "${ORIGIN}", origin);
    own.push_back({std::move(folder), beside});
  }
  if (elf.runpath.empty()) folders_ = own;
  const char* variable = std::getenv("LD_LIBRARY_PATH");
  for (std::string& folder : folders_of(variable ? variable : "")) folders_.push_back({std::move(folder)});
  if (!elf.runpath.empty()) folders_.insert(folders_.end(), own.begin(), own.end());
  for (const char* folder : {"/lib", "/usr/lib", "/lib64", "/usr/lib64"}) folders_.push_back({folder});
}

std::optional<FoundLibrary> LibrarySearch::find(const std::string& library) const {
  if (library.find('/') != std::string::npos) {
    if (!is_there(library)) return std::nullopt;
    return FoundLibrary{library, false};
  }
  for (const Folder& folder : folders_) {
    const fs::path path = fs::path(folder.path) / library;
    if (is_there(path)) return FoundLibrary{path, folder.beside};
  }
  if (const auto path = in_linker_cache('/' + library)) return FoundLibrary{*path, false};
  return std::nullopt;
}

bool of_system(const std::string& path) {
  std::error_code error;
  for (const std::string& place : {path, fs::weakly_canonical(path, error).string()}) {
    std::string_view rest = place;
    if (rest.starts_with("/usr/")) rest.remove_prefix(4);
    if (rest.starts_with("/lib") && rest.find('/', 1) != rest.npos) return true;
    if (in_linker_cache(place) == place) return true;
  }
  return false;
}

bool of_enginery(const std::string& name) {
  return name.starts_with("libenginery") && name.find(".so") != std::string::npos;
}

fs::path library_of_enginery() {
  Dl_info here;
  if (dladdr(reinterpret_cast<const void*>(&library_of_enginery), &here) == 0 || !here.dli_fname) return {};
  std::error_code error;
  return fs::canonical(here.dli_fname, error);
}

Neighbours check_dependencies(const ElfFile& elf, const std::string& file, std::span<const std::string> brought) {
  Neighbours neighbours;
  const LibrarySearch search(elf, file);
  const fs::path own_folder = library_of_enginery().parent_path();
  std::set<std::string> seen;
  const auto add = [&neighbours](const fs::path& path) {
    neighbours.libraries.push_back(path);
    neighbours.folders.push_back(path.parent_path());
  };
  for (const std::string& library : elf.needed) {
    if (std::ranges::find(brought, library) != brought.end()) continue;
    if (library.find('/') == std::string::npos) {
      if (const auto mapped = mapped_library(library)) {
        if (of_enginery(library) || of_system(mapped->path)) continue;
        const std::optional<FoundLibrary> found = search.find(library);
        if (found) check_same(library, *mapped, *found, file);
        // What another module happens to have loaded would not be there in the next process; the program's own is.
        if (found || comes_first(library)) continue;
      }
    }
    if (of_enginery(library) && is_there(own_folder / library)) {
      add(own_folder / library);
    } else if (const std::optional<FoundLibrary> found = search.find(library)) {
      if (brought.empty()) check_below(*found, file, seen);
      if (found->beside) add(found->path);
    } else {
      throw PluginLoadError(
          LoadStage::dependency, file, fmt::format("it needs {}, which is not on this machine", library),
          search.run_path().empty() ? std::string("Install that library, or put its folder into LD_LIBRARY_PATH of the "
                                                  "engine")
                                    : fmt::format("Install that library, put its folder into LD_LIBRARY_PATH of the "
                                                  "engine, or put it into {}",
                                                  fmt::join(search.run_path(), " or ")));
    }
  }
  return neighbours;
}

}  // namespace enginery::modules
