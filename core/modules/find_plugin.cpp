// core/modules/find_plugin.cpp: from a plugin's name to its file.
#include "core/modules/find_plugin.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "core/errors/error_text.hpp"
#include "core/modules/library_search.hpp"

namespace enginery::modules {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPath =
    "the ENGINERY_PLUGIN_PATH of this process. Engines have that of `enginery start`; a client's import brings them "
    "what "
    "the client finds";

/// <libdir>/enginery/plugins of the libenginery.so that this code is in, so that a moved installation finds its own.
std::string bundled_folder() {
  const std::string folder = folder_of_enginery();
  return folder.empty() ? folder : (fs::path(folder) / "enginery" / "plugins").string();
}

bool is_name(std::string_view name) {
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                  (c & 0x80) != 0;
         });
}

}  // namespace

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
  std::vector<std::string> folders;
  if (const char* variable = std::getenv("ENGINERY_PLUGIN_PATH")) {
    for (std::string_view rest = variable; !rest.empty();) {
      const std::string_view folder = rest.substr(0, rest.find(':'));
      if (!folder.empty()) folders.emplace_back(folder);
      rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    }
  }
  if (std::string bundled = bundled_folder(); !bundled.empty()) folders.push_back(std::move(bundled));
  return folders;
}

std::vector<std::string> plugin_names() {
  std::vector<std::string> names;
  for (const std::string& folder : plugin_folders()) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      if (entry->path().extension() != ".so") continue;
      std::string name = entry->path().stem();
      if (name.starts_with("lib")) name.erase(0, 3);
      if (is_name(name)) names.push_back(std::move(name));
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
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
  const std::string meant = nearest_name(name, plugin_names());
  return PluginLoadError(
      LoadStage::find, std::string(name),
      fmt::format("no plugin named '{0}' ({0}.so or lib{0}.so): not where the client looked, in {1}, nor where this "
                  "engine looked, in {2}",
                  name, fmt::join(callers_folders, ", "), fmt::join(plugin_folders(), ", ")),
      meant.empty()
          ? "Build it with enginery_add_plugin and put its folder into the ENGINERY_PLUGIN_PATH of the client, "
            "which brings it, or of `enginery start`"
          : fmt::format("Did you mean '{}'? Else put its folder into the ENGINERY_PLUGIN_PATH of the client, "
                        "which brings it, or of `enginery start`",
                        meant));
}

std::string find_plugin(std::string_view name) {
  if (!is_name(name)) {
    refuse_source(name);
    throw PluginLoadError(LoadStage::find, std::string(name), "this is not the name of a plugin",
                          "A name is letters, digits and _, and begins with no digit. A file is given by its path, to "
                          "run or to `enginery plugins`");
  }
  if (const auto file = look_for_plugin(name)) return *file;
  const std::vector<std::string> folders = plugin_folders();
  const std::string meant = nearest_name(name, plugin_names());
  throw PluginLoadError(
      LoadStage::find, std::string(name),
      fmt::format("no plugin named '{}' ({}.so or lib{}.so) in {}", name, name, name, fmt::join(folders, ", ")),
      meant.empty() ? fmt::format("Build it with enginery_add_plugin and put its folder into {}", kPath)
                    : fmt::format("Did you mean '{}'? Else put its folder into {}", meant, kPath));
}

}  // namespace enginery::modules
