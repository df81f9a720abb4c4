// core/loading/dependencies.cpp: whether the libraries are there that a shared object needs.
#include "core/loading/dependencies.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "core/modules/library_search.hpp"
#include "core/modules/mapped_library.hpp"
#include "core/modules/plugin_file.hpp"

namespace enginery::modules {

/// The dynamic linker would give the file what is mapped, in place of the library that was meant: `found`. Of what the
/// system has, that is as everywhere; of a user's own library it would be other code.
static void check_same(const std::string& library, const MappedLibrary& mapped, const FoundLibrary& found,
                       const std::string& file) {
  if (of_system(found.path)) return;
  const PluginFile content = PluginFile::read(found.path);
  const BuildId build_id = ElfFile::read(content.bytes.span(), found.path).build_id;
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
static void check_below(const FoundLibrary& library, const std::string& file, std::set<std::string>& seen) {
  if (of_system(library.path) || !seen.insert(library.path).second) return;
  const PluginFile content = PluginFile::read(library.path);
  const ElfFile elf = ElfFile::read(content.bytes.span(), library.path);
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

Neighbours check_dependencies(const ElfFile& elf, const std::string& file, std::span<const BroughtFile> brought) {
  Neighbours neighbours;
  const LibrarySearch search(elf, file);
  const std::string own_folder = folder_of_enginery();
  std::set<std::string> seen;
  const auto add = [&neighbours](const std::string& path, const std::string& folder) {
    neighbours.libraries.push_back(path);
    neighbours.folders.push_back(folder);
  };
  for (const std::string& library : elf.needed) {
    if (std::ranges::any_of(brought, [&](const BroughtFile& one) { return one.what.name == library; })) continue;
    if (library.find('/') == std::string::npos) {
      if (const auto mapped = mapped_library(library)) {
        if (of_enginery(library) || of_system(mapped->path)) continue;
        const std::optional<FoundLibrary> found = search.find(library);
        if (found) check_same(library, *mapped, *found, file);
        // What another module happens to have loaded would not be there in the next process; the program's own is.
        if (found || comes_first(library)) continue;
      }
    }
    std::error_code error;
    const auto beside_us = std::filesystem::path(own_folder) / library;
    if (of_enginery(library) && std::filesystem::exists(beside_us, error)) {
      add(beside_us, own_folder);
    } else if (const std::optional<FoundLibrary> found = search.find(library)) {
      if (brought.empty()) check_below(*found, file, seen);
      if (found->beside) add(found->path, found->folder);
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
