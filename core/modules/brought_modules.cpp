// core/modules/brought_modules.cpp: the modules that clients have brought to this process.
#include "core/modules/brought_modules.hpp"

#include <algorithm>
#include <utility>

namespace enginery::modules {

static auto is_of(const BuildId& build_id) {
  return [&build_id](const std::vector<BroughtFile>& files) { return files.back().what.build_id == build_id; };
}

void BroughtModules::add(std::vector<BroughtFile> files) {
  const std::lock_guard lock(mutex_);
  const BuildId& build_id = files.back().what.build_id;
  if (loaded_.contains(build_id)) return;
  std::erase_if(waiting_, is_of(build_id));
  waiting_.push_back(std::move(files));
  if (waiting_.size() > kMost) waiting_.pop_front();
}

std::optional<std::vector<BroughtFile>> BroughtModules::find(const BuildId& build_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(waiting_, is_of(build_id));
  if (found == waiting_.end()) return std::nullopt;
  return *found;
}

void BroughtModules::set_loaded(const BuildId& build_id) {
  const std::lock_guard lock(mutex_);
  loaded_.insert(build_id);
  std::erase_if(waiting_, is_of(build_id));
}

bool BroughtModules::loaded(const BuildId& build_id) const {
  const std::lock_guard lock(mutex_);
  return loaded_.contains(build_id);
}

}  // namespace enginery::modules
