// client/plugin_import.cpp: plugins that come to engines from this host.
#include "client/plugin_import.hpp"

#include <filesystem>
#include <iostream>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/async_result.hpp>
#include <enginery/errors.hpp>

#include "client/local.hpp"
#include "client/request.hpp"
#include "client/script.hpp"
#include "core/modules/find_plugin.hpp"
#include "core/modules/plugin_file.hpp"
#include "core/tasks/module_reference.hpp"

namespace enginery {
namespace {

using tasks::ModuleReference;

TaskHandle send_import(const std::shared_ptr<Engines>& engines, int id, const std::string& plugin,
                       const ModuleReference& module, bool with_content) {
  const wire::Keywords keywords = module.keywords(with_content);
  return Request{.op = wire::Op::import, .name = plugin, .keywords = keywords}.send(engines, id);
}

bool is_missing(const std::exception_ptr& error) {
  if (!error) return false;
  try {
    std::rethrow_exception(error);
  } catch (const RemoteError& remote) {
    return remote.ename() == tasks::ModuleMissing::kName;
  } catch (...) {
    return false;
  }
}

/// A plugin of that name, unless it says where a file is; a source is compiled.
std::string file_of(std::string_view path) {
  if (is_script(path)) return compile_script(std::string(path)).file.string();
  const bool names_a_file = path.find('/') != path.npos || path.ends_with(".so");
  return names_a_file ? std::string(path) : modules::find_plugin(path);
}

TaskHandle send_run(const std::shared_ptr<Engines>& engines, int id, const ModuleReference& module) {
  const std::shared_ptr<EngineLink> link = engines ? engines->link(id) : nullptr;
  const bool known = link && link->has_module(module.build_id);
  const wire::Keywords keywords = module.keywords(!known);
  TaskHandle task = Request{.op = wire::Op::run, .name = module.file, .keywords = keywords}.send(engines, id);
  if (link && !known)
    task.then([task, link, build_id = module.build_id] {
      if (!task.error()) link->add_module(build_id);
    });
  return task;
}

}  // namespace

void sync_imports(const std::shared_ptr<Engines>& engines, std::span<const int> ids,
                  std::initializer_list<Name> plugins, bool several) {
  std::vector<std::string> names;
  for (const Name& plugin : plugins) names.push_back(plugin.text);
  std::cout << fmt::format("importing {} on engine(s)", fmt::join(names, ", ")) << std::endl;
  for (const std::string& name : names) local_engine::import(name);
  if (!engines) return;
  std::vector<TaskHandle> tasks;
  for (const std::string& name : names) {
    const auto module = ModuleReference::of(modules::PluginFile::read(modules::find_plugin(name)));
    std::vector<TaskHandle> imports;
    for (const int id : ids) imports.push_back(send_import(engines, id, name, module, false));
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (is_missing(imports[i].error())) imports[i] = send_import(engines, ids[i], name, module, true);
    tasks.insert(tasks.end(), imports.begin(), imports.end());
  }
  AsyncTasks(std::move(tasks), several).check();
}

std::vector<TaskHandle> run_plugin(const std::shared_ptr<Engines>& engines, std::span<const int> ids,
                                   std::string_view path) {
  const auto module = ModuleReference::of(modules::PluginFile::read(file_of(path)));
  std::vector<TaskHandle> tasks;
  tasks.reserve(ids.size());
  for (const int id : ids) tasks.push_back(send_run(engines, id, module));
  return tasks;
}

}  // namespace enginery
