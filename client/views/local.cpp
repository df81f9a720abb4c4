// client/views/local.cpp: tasks that run in this process, as on an engine.
//
// They go the same way as on an engine, except for the session: the call is packed and unpacked, the same executor runs
// it, and the outcome is packed again. So a value that cannot travel is refused here too, and a task never sees the
// caller's own objects.
#include "client/views/local.hpp"

#include <exception>
#include <mutex>
#include <optional>
#include <vector>

#include <enginery/errors.hpp>
#include <enginery/namespace.hpp>

#include "client/views/command_file.hpp"
#include "core/loading/loader.hpp"
#include "core/modules/plugin_file.hpp"
#include "core/processes/floating_point_scope.hpp"
#include "core/session/limits.hpp"
#include "core/tasks/executor.hpp"

namespace enginery::local_engine {
namespace {

/// If the command is installed, a new plugin is first opened in a process of its own.
std::optional<modules::Probe> probe() try {
  return modules::Probe{.command = {command_file({}).string(), "probe"}};
} catch (const ConnectionError&) {
  return std::nullopt;
}

struct LocalEngine {
  std::recursive_mutex running;  // a task may use local() itself
  const std::shared_ptr<modules::BroughtModules> brought = std::make_shared<modules::BroughtModules>();
  modules::Loader loader{probe(), brought};
  tasks::Executor executor{globals(), loader};
};

LocalEngine& engine() {
  // Never destroyed: destructors of other libraries may still use it, and its plugins stay loaded.
  static LocalEngine* const engine = new LocalEngine;
  return *engine;
}

/// Copies files to the cache, as a client brings them to an engine: no linker overwrites them there.
void bring(const modules::ModuleFiles& files, modules::BroughtModules& brought) {
  if (brought.loaded(files.generation())) return;
  const modules::ModuleCache cache = modules::ModuleCache::standard();
  std::vector<modules::BroughtFile> kept;
  for (std::size_t i = 0; i < files.files().size(); ++i) {
    modules::IncomingFile copy(cache.place_of(files.files()[i]));
    const Bytes content = files.read(i, 0, files.files()[i].size);
    copy.write(0, content.span());
    kept.push_back(cache.accept(copy, files.files()[i]));
  }
  brought.add(std::move(kept));
}

}  // namespace

void run(const wire::Packed& call, Pending& pending, const modules::ModuleFiles* needs) {
  const FloatingPointScope scope;
  const std::lock_guard lock(engine().running);
  try {
    if (needs) bring(*needs, *engine().brought);
  } catch (...) {
    return pending.fail(std::current_exception());
  }
  wire::Packed outcome = tasks::pack(engine().executor.run(call.body, call.bulk), session::Limits{}.inline_bytes);
  pending.complete(std::move(outcome.body), std::move(outcome.bulk));
}

void import(const std::string& plugin) {
  const std::lock_guard lock(engine().running);
  try {
    return engine().executor.import(plugin);
  } catch (const PluginLoadError& error) {
    if (error.stage() != LoadStage::dependency) throw;
  }
  // The plugin may bring a library of which another build is loaded under the same name. As on an engine, the library
  // then gets another name, in copies of it and of the modules that need it.
  const auto files = modules::ModuleFiles::of_file(modules::find_plugin(plugin));
  bring(*files, *engine().brought);
  modules::Loader& loader = engine().loader;
  engine().executor.import(plugin, loader.import(plugin, *loader.module(files->generation())));
}

}  // namespace enginery::local_engine
