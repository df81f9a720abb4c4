// core/delivery/library_names.cpp: what the builds of a user's library are called in this process.
#include "core/delivery/library_names.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/modules/library_search.hpp"
#include "core/modules/mapped_library.hpp"

namespace enginery::modules {
namespace {

constexpr int kMostTries = 1000;
constexpr const char* kRemedy =
    "Restart the engine to have the new one, or link the library statically into each module";

/// Whatever asks for a library of that name, here or later, means another.
bool means_another(const std::string& name) { return mapped_library(name) || LibrarySearch({}, {}).find(name); }

}  // namespace

std::string LibraryNames::of(const ModuleFile& library, const LibraryRenames& needed, const std::string& module) {
  std::string build = library.name + ' ' + library.build_id.hex;
  for (const auto& [own, other] : needed) build += ' ' + other;
  if (const auto known = names_.find(build); known != names_.end()) return known->second;

  const auto mapped = mapped_library(library.name);
  if (needed.empty() && (!mapped || mapped->build_id == library.build_id)) return library.name;
  // What the program itself is linked with is found before a module's own libraries, by whatever name they are called.
  if (mapped && comes_first(library.name))
    throw PluginLoadError(
        LoadStage::dependency, module,
        fmt::format("it needs {} of build-id {}, and this process is linked with that of build-id {} from {}",
                    library.name, library.build_id.hex, mapped->build_id.empty() ? "none" : mapped->build_id.hex,
                    mapped->path),
        kRemedy);
  for (int i = 0; i < kMostTries; ++i) {
    const std::string other = another_name(library.name, fmt::format("{} {}", build, i));
    const bool taken = std::ranges::any_of(names_, [&](const auto& one) { return one.second == other; });
    if (!taken && !means_another(other)) return names_.emplace(build, other).first->second;
  }
  throw PluginLoadError(LoadStage::dependency, module,
                        fmt::format("it needs {} of build-id {}, of which this process has too many other builds for a "
                                    "name as short",
                                    library.name, library.build_id.hex),
                        kRemedy);
}

}  // namespace enginery::modules
