// core/delivery/brought_modules.cpp: the modules that clients have brought to this process.
#include "core/delivery/brought_modules.hpp"

#include <algorithm>
#include <utility>

#include "core/modules/find_plugin.hpp"

namespace enginery::modules {

static GenerationId generation_of(const std::vector<BroughtFile>& brought) {
  std::vector<ModuleFile> files;
  for (const BroughtFile& file : brought) files.push_back(file.what);
  return generation_of(files);
}

void BroughtModules::add(std::vector<BroughtFile> files) {
  GenerationId generation = generation_of(files);
  const std::lock_guard lock(mutex_);
  if (loaded_.contains(generation)) return;
  std::erase_if(waiting_, [&](const Waiting& one) { return one.generation == generation; });
  waiting_.push_back({std::move(generation), std::move(files)});
  if (waiting_.size() > kMost) waiting_.pop_front();
}

std::optional<std::vector<BroughtFile>> BroughtModules::find(const GenerationId& generation) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(waiting_, generation, &Waiting::generation);
  if (found == waiting_.end()) return std::nullopt;
  return found->files;
}

std::optional<GenerationId> BroughtModules::newest(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  for (auto one = waiting_.rbegin(); one != waiting_.rend(); ++one)
    if (is_plugin_file(one->files.back().what.path, name)) return one->generation;
  return std::nullopt;
}

void BroughtModules::forget(const GenerationId& generation) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](const Waiting& one) { return one.generation == generation; });
}

void BroughtModules::set_loaded(const GenerationId& generation) {
  const std::lock_guard lock(mutex_);
  loaded_.insert(generation);
  std::erase_if(waiting_, [&](const Waiting& one) { return one.generation == generation; });
}

bool BroughtModules::loaded(const GenerationId& generation) const {
  const std::lock_guard lock(mutex_);
  return loaded_.contains(generation);
}

}  // namespace enginery::modules
