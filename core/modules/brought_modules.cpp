// core/modules/brought_modules.cpp: the modules that clients have brought to this process.
#include "core/modules/brought_modules.hpp"

#include <utility>

namespace enginery::modules {

void BroughtModules::add(std::vector<BroughtFile> files) {
  const std::lock_guard lock(mutex_);
  BuildId build_id = files.back().what.build_id;
  modules_.try_emplace(std::move(build_id), std::move(files));
}

std::optional<std::vector<BroughtFile>> BroughtModules::find(const BuildId& build_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = modules_.find(build_id);
  if (found == modules_.end()) return std::nullopt;
  return found->second;
}

}  // namespace enginery::modules
