// core/tasks/executor.hpp: does what a task's body says.
#pragma once

#include <memory>
#include <span>
#include <string>

#include <enginery/bytes.hpp>
#include <enginery/namespace.hpp>

#include "core/evaluator/evaluator.hpp"
#include "core/modules/loader.hpp"
#include "core/tasks/code_table.hpp"
#include "core/tasks/module_reference.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery::tasks {

/// Runs calls against the engine's namespace. Whatever a task throws becomes its outcome's failure.
///
/// Threads: the main thread.
class ENGINERY_API Executor {
 public:
  Executor(Namespace& names, modules::Loader& loader)
      : names_(names),
        loader_(loader),
        code_(loader),
        evaluator_(names, [&loader](const std::string& plugin) { return modules::as_value(loader.import(plugin)); }) {}

  /// Returns but for a task that ends its thread, as pthread_exit() does.
  wire::Outcome run(const Bytes& body, std::span<const Bytes> bulk);

  /// Brings a plugin into the namespace under its name. Throws PluginLoadError.
  void import(const std::string& name);

 private:
  Value perform(wire::Call call, wire::Outcome& outcome);
  Value apply(wire::Call call, wire::Outcome& outcome);
  Value pull(const wire::Call& call) const;
  Value erase(const wire::Call& call);
  /// Puts the very objects in the place of References, also inside of lists, tuples and dicts.
  void resolve(Value& value, unsigned depth = 0) const;

  Namespace& names_;
  modules::Loader& loader_;
  CodeTable code_;
  evaluator::Evaluator evaluator_;
};

/// An outcome for the way back. A value that cannot leave this process becomes the failure that says so.
ENGINERY_API wire::Packed pack(const wire::Outcome& outcome, std::size_t inline_bytes);

}  // namespace enginery::tasks
