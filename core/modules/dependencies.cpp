// core/modules/dependencies.cpp: whether the libraries are there that a shared object needs.
#include "core/modules/dependencies.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "core/modules/library_search.hpp"
#include "core/modules/mapped_library.hpp"
#include "core/modules/plugin_file.hpp"

namespace enginery::modules {

/// The dynamic linker would give the file what is mapped, in place of the library that was meant: `found`. Of what the
/// system has, that is as everywhere; of a user's own library it would be other code.
static void check_same(const std::string& library, const MappedLibrary& mapped,
                       const std::optional<FoundLibrary>& found, const std::string& file) {
  if (!found || of_system(found->path)) return;
  const PluginFile content = PluginFile::read(found->path);
  const BuildId build_id = ElfFile::read(content.bytes.span(), found->path).build_id;
  if (build_id == mapped.build_id) return;
  throw PluginLoadError(
      LoadStage::dependency, file,
      fmt::format("it needs {} of build-id {} from {}, and this process has that of build-id {} from {}", library,
                  build_id.empty() ? "none" : build_id.hex, found->path,
                  mapped.build_id.empty() ? "none" : mapped.build_id.hex, mapped.path),
      "Restart the engine to have the new one, or bring the file from a client, which loads both: run() or "
      "sync_imports()");
}

Neighbours check_dependencies(const ElfFile& elf, const std::string& file, std::span<const BroughtFile> brought) {
  Neighbours neighbours;
  const LibrarySearch search(elf, file);
  const std::string own_folder = folder_of_enginery();
  const auto add = [&neighbours](const std::string& path, const std::string& folder) {
    neighbours.libraries.push_back(path);
    neighbours.folders.push_back(folder);
  };
  for (const std::string& library : elf.needed) {
    if (std::ranges::any_of(brought, [&](const BroughtFile& one) { return one.what.name == library; })) continue;
    if (library.find('/') == std::string::npos) {
      if (const auto mapped = mapped_library(library)) {
        if (!of_enginery(library) && !of_system(mapped->path)) check_same(library, *mapped, search.find(library), file);
        continue;
      }
    }
    std::error_code error;
    const auto beside_us = std::filesystem::path(own_folder) / library;
    if (of_enginery(library) && std::filesystem::exists(beside_us, error)) {
      add(beside_us, own_folder);
    } else if (const std::optional<FoundLibrary> found = search.find(library)) {
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
