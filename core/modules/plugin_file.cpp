// core/modules/plugin_file.cpp: a plugin's file: where it is, and its bytes as they were at one moment.
//
// A linker may write to the path at any time. So a file is read once, into memory: these bytes are checked, copied to
// the module cache and loaded. What a path holds later is another matter.
#include "core/modules/plugin_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors/error_text.hpp"
#include "core/modules/library_search.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery::modules {
namespace {

namespace fs = std::filesystem;

bool is_name(std::string_view name) {
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                  (c & 0x80) != 0;
         });
}

FileStamp stamp_of(const struct stat& status) {
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec,
          status.st_ctim.tv_sec * kNanoseconds + status.st_ctim.tv_nsec};
}

std::string how_to_find(std::string_view name, std::string_view place) {
  const std::string meant = nearest_name(name, plugin_names());
  return meant.empty() ? fmt::format("Build it with enginery_add_plugin and put its folder into {}", place)
                       : fmt::format("Did you mean '{}'? Else put its folder into {}", meant, place);
}

}  // namespace

std::optional<FileStamp> FileStamp::of(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return stamp_of(status);
}

PluginFile PluginFile::read(const std::string& path) {
  constexpr off_t kLargest = off_t{4} << 30;
  const auto refuse = [&path](const std::string& problem, const char* remedy) {
    throw PluginLoadError(LoadStage::read, path, problem, remedy);
  };

  // O_NONBLOCK: the path may name a pipe, and open() would wait until a writer comes.
  const cluster::Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) refuse(fmt::format("cannot open it: {}", std::strerror(errno)), "Check the path and its permissions");
  struct stat status;
  if (fstat(file.get(), &status) != 0)
    refuse(fmt::format("cannot look at it: {}", std::strerror(errno)), "Check the file system that it is on");
  if (!S_ISREG(status.st_mode)) refuse("this is not a regular file", "Give the path of a .so");
  if (status.st_size > kLargest) refuse("it is larger than 4 GiB", "Link it without debug information, or strip it");

  auto [bytes, memory] = Bytes::fresh(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(file.get(), memory + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(fmt::format("cannot read it: {}", std::strerror(errno)), "Check the file system that it is on");
    if (got == 0) refuse("it became shorter while it was read", "Try again when the linker has finished");
    done += static_cast<std::size_t>(got);
  }
  return {path, stamp_of(status), std::move(bytes)};
}

bool names_a_file(std::string_view word) { return word.find('/') != word.npos || word.ends_with(".so"); }

bool is_plugin_file(const fs::path& file, std::string_view name) {
  const std::string stem = file.stem();
  return file.extension() == ".so" && (stem == name || (stem.starts_with("lib") && stem.substr(3) == name));
}

bool names_a_source(std::string_view word) {
  const std::string extension = fs::path(word).extension();
  return extension == ".cpp" || extension == ".cc" || extension == ".cxx";
}

void refuse_source(std::string_view word) {
  if (!names_a_source(word)) return;
  throw PluginLoadError(LoadStage::elf, std::string(word), "this is source code, which is to be built first",
                        "Build it with enginery_add_plugin and give the path of the .so");
}

std::vector<std::string> plugin_folders() {
  const char* const variable = std::getenv("ENGINERY_PLUGIN_PATH");
  std::vector<std::string> folders = folders_of(variable ? variable : "");
  // Beside the library that this code is in, so that a moved installation finds its own.
  if (const fs::path ours = library_of_enginery(); !ours.empty())
    folders.push_back(ours.parent_path() / "enginery" / "plugins");
  return folders;
}

std::vector<std::string> plugin_names() {
  std::set<std::string> names;
  for (const std::string& folder : plugin_folders()) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      if (entry->path().extension() != ".so") continue;
      std::string name = entry->path().stem();
      if (name.starts_with("lib")) name.erase(0, 3);
      if (is_name(name)) names.insert(std::move(name));
    }
  }
  return {names.begin(), names.end()};
}

std::optional<std::string> look_for_plugin(std::string_view name) {
  if (!is_name(name)) return std::nullopt;
  for (const std::string& folder : plugin_folders()) {
    for (const char* prefix : {"", "lib"}) {
      const fs::path file = fs::path(folder) / fmt::format("{}{}.so", prefix, name);
      std::error_code error;
      if (fs::is_regular_file(file, error)) return file;
    }
  }
  return std::nullopt;
}

PluginLoadError not_found(std::string_view name, const std::vector<std::string>& callers_folders) {
  return PluginLoadError(
      LoadStage::find, std::string(name),
      fmt::format("no plugin named '{0}' ({0}.so or lib{0}.so): not where the client looked, in {1}, nor where this "
                  "engine looked, in {2}",
                  name, fmt::join(callers_folders, ", "), fmt::join(plugin_folders(), ", ")),
      how_to_find(name, "the ENGINERY_PLUGIN_PATH of the client, which brings it, or of `enginery start`"));
}

std::string find_plugin(std::string_view name) {
  if (!is_name(name)) {
    refuse_source(name);
    throw PluginLoadError(LoadStage::find, std::string(name), "this is not the name of a plugin",
                          "A name is letters, digits and _, and begins with no digit. A file is given by its path, to "
                          "run or to `enginery plugins`");
  }
  if (const auto file = look_for_plugin(name)) return *file;
  throw PluginLoadError(
      LoadStage::find, std::string(name),
      fmt::format("no plugin named '{0}' ({0}.so or lib{0}.so) in {1}", name, fmt::join(plugin_folders(), ", ")),
      how_to_find(name,
                  "the ENGINERY_PLUGIN_PATH of this process. Engines have that of `enginery start`; a client's import "
                  "brings them what the client finds"));
}

}  // namespace enginery::modules
