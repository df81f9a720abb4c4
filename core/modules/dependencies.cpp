// core/modules/dependencies.cpp: where the libraries are that a shared object needs.
#include "core/modules/dependencies.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

namespace enginery::modules {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> folders;
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    if (!folder.empty()) folders.emplace_back(folder);
    path.remove_prefix(std::min(path.size(), folder.size() + 1));
  }
  return folders;
}

/// Replaces $ORIGIN by the folder of the file. Whether it occurred.
bool expand_origin(std::string& folder, const std::string& origin) {
  bool found = false;
  for (const std::string_view token : {"$ORIGIN", "${ORIGIN}"}) {
    for (std::size_t at = 0; (at = folder.find(token, at)) != std::string::npos; at += origin.size()) {
      folder.replace(at, token.size(), origin);
      found = true;
    }
  }
  return found;
}

bool is_there(const fs::path& file) {
  std::error_code error;
  return fs::exists(file, error);
}

std::vector<std::string> system_folders() {
  const char* variable = std::getenv("LD_LIBRARY_PATH");
  std::vector<std::string> folders = split(variable ? variable : "");
  for (const char* folder : {"/lib", "/usr/lib", "/lib64", "/usr/lib64"}) folders.emplace_back(folder);
  return folders;
}

/// Is there a path that ends in /`name` in ldconfig's list? Its paths are zero-terminated texts; more of the format
/// need not be known to see whether one is there.
bool in_linker_cache(const std::string& name) {
  std::ifstream file("/etc/ld.so.cache", std::ios::binary);
  const std::string cache{std::istreambuf_iterator<char>(file), {}};
  return cache.find('/' + name + '\0') != std::string::npos;
}

}  // namespace

Neighbours check_dependencies(const ElfFile& elf, const std::string& file) {
  Neighbours neighbours;
  std::error_code error;
  const std::string origin = fs::absolute(file, error).parent_path();
  const std::vector<std::string> own = split(elf.runpath.empty() ? elf.rpath : elf.runpath);
  const std::vector<std::string> system = system_folders();

  for (const std::string& library : elf.needed) {
    if (library.find('/') != std::string::npos ? is_there(library)
                                               : dlopen(library.c_str(), RTLD_LAZY | RTLD_NOLOAD) != nullptr) {
      continue;
    }
    bool found = false;
    for (std::string folder : own) {
      const bool beside = expand_origin(folder, origin);
      if (!is_there(fs::path(folder) / library)) continue;
      if (beside) {
        neighbours.libraries.push_back(fs::path(folder) / library);
        neighbours.folders.push_back(folder);
      }
      found = true;
      break;
    }
    found =
        found || std::ranges::any_of(system, [&](const auto& folder) { return is_there(fs::path(folder) / library); });
    if (found || in_linker_cache(library)) continue;
    throw PluginLoadError(
        LoadStage::dependency, file, fmt::format("it needs {}, which is not on this machine", library),
        own.empty() ? std::string("Install that library, or put its folder into LD_LIBRARY_PATH of the engine")
                    : fmt::format("Install that library, put its folder into LD_LIBRARY_PATH of the "
                                  "engine, or put it into {}",
                                  fmt::join(own, " or ")));
  }
  return neighbours;
}

}  // namespace enginery::modules
