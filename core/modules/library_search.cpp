// core/modules/library_search.cpp: where the dynamic linker would find a library.
#include "core/modules/library_search.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

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

}  // namespace

LibrarySearch::LibrarySearch(const ElfFile& elf, const std::string& path)
    : run_path_(split(elf.runpath.empty() ? elf.rpath : elf.runpath)) {
  std::error_code error;
  const std::string origin = fs::absolute(path, error).parent_path();
  std::vector<Folder> own;
  for (std::string folder : run_path_) {
    const bool beside = expand_origin(folder, origin);
    own.push_back({std::move(folder), beside});
  }
  if (elf.runpath.empty()) folders_ = own;
  const char* variable = std::getenv("LD_LIBRARY_PATH");
  for (std::string& folder : split(variable ? variable : "")) folders_.push_back({std::move(folder)});
  if (!elf.runpath.empty()) folders_.insert(folders_.end(), own.begin(), own.end());
  for (const char* folder : {"/lib", "/usr/lib", "/lib64", "/usr/lib64"}) folders_.push_back({folder});
}

std::optional<FoundLibrary> LibrarySearch::find(const std::string& library) const {
  if (library.find('/') != std::string::npos) {
    if (!is_there(library)) return std::nullopt;
    return FoundLibrary{library, fs::path(library).parent_path(), false};
  }
  for (const Folder& folder : folders_) {
    const fs::path path = fs::path(folder.path) / library;
    if (is_there(path)) return FoundLibrary{path, folder.path, folder.beside};
  }
  if (const auto path = in_linker_cache('/' + library))
    return FoundLibrary{*path, fs::path(*path).parent_path(), false};
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

std::string folder_of_enginery() {
  Dl_info here;
  if (dladdr(reinterpret_cast<const void*>(&folder_of_enginery), &here) == 0 || !here.dli_fname) return {};
  std::error_code error;
  const fs::path library = fs::canonical(here.dli_fname, error);
  return error ? std::string() : library.parent_path().string();
}

}  // namespace enginery::modules
