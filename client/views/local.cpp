// client/views/local.cpp: tasks that run in this process, as on an engine.
//
// They take the same way as on an engine but for the session: packed, unpacked, run by the same executor, and the
// outcome packed again. So a value that could not travel is refused here too, and the caller's objects stay its own.
#include "client/views/local.hpp"

#include <exception>
#include <mutex>
#include <optional>
#include <vector>

#include <enginery/errors.hpp>
#include <enginery/namespace.hpp>

#include "client/views/command_file.hpp"
#include "core/loading/loader.hpp"
#include "core/modules/find_plugin.hpp"
#include "core/processes/floating_point_scope.hpp"
#include "core/session/limits.hpp"
#include "core/tasks/executor.hpp"

namespace enginery::local_engine {
namespace {

/// Where the command is installed, a new plugin meets a process of its own before it is opened here.
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
  // Never destroyed: what it loaded stays, and destructors of other libraries may still use it.
  static LocalEngine* const engine = new LocalEngine;
  return *engine;
}

/// As a client brings them to an engine: to the cache, which no linker writes to.
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
  // A library of its own may have the name of another build that is loaded: as on an engine it gets another name, in
  // copies of it and of what needs it.
  const auto files = modules::ModuleFiles::of_file(modules::find_plugin(plugin));
  bring(*files, *engine().brought);
  modules::Loader& loader = engine().loader;
  engine().executor.import(plugin, loader.import(plugin, *loader.module(files->generation())));
}

}  // namespace enginery::local_engine
