// core/tasks/executor.hpp: does what a task's body says.
#pragma once

#include "core/language/evaluator.hpp"
#include "core/loading/loader.hpp"
#include "core/tasks/code_table.hpp"
#include "core/tasks/import_source.hpp"
#include "core/tasks/kept_results.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery::tasks {

/// Runs calls against the engine's namespace. Whatever a task throws becomes its outcome's failure, and whatever it
/// does to the arithmetic of its thread is undone at its end.
///
/// Threads: the main thread.
class ENGINERY_API Executor {
 public:
  /// Told the name of each task before it runs.
  using OnStart = std::function<void(std::string_view name)>;

  /// Told of each plugin that a task imported.
  using OnImport = std::function<void(const ModuleNamespace& plugin)>;

  /// Told of each item of a map before its function is called: which of the chunk's it is, from 0 on.
  using OnItem = std::function<void(std::size_t item)>;

  /// `engine`: which this is; nil for a process that is none.
  Executor(Namespace& names, modules::Loader& loader, const Uuid& engine = Uuid(), OnStart on_start = {},
           OnImport on_import = {}, OnItem on_item = {})
      : names_(names),
        loader_(loader),
        engine_(engine),
        on_start_(std::move(on_start)),
        on_import_(std::move(on_import)),
        on_item_(std::move(on_item)),
        code_(loader),
        evaluator_(names, [this](const std::string& plugin) { return import_as_asked(plugin); }) {}

  /// Returns but for a task that ends its thread, as pthread_exit() does. A result that stays is the `caller`'s.
  wire::Outcome run(const Bytes& body, std::span<const Bytes> bulk, const Uuid& caller = Uuid());

  /// That caller will not call again: what stays for it is dropped.
  void forget(const Uuid& caller);

  /// Whether results stay for that caller.
  bool keeps_for(const Uuid& caller) const { return kept_.has_of(caller); }

  /// Drops all variables and all results that stay.
  void clear();

  /// Brings a plugin into the namespace under its name. Throws PluginLoadError.
  void import(const std::string& name) { import(name, loader_.import(name)); }
  /// The same with one that is loaded.
  void import(const std::string& name, std::shared_ptr<ModuleNamespace> plugin) {
    names_.set(name, imported(std::move(plugin)));
  }

 private:
  Value perform(wire::Call call, const Uuid& caller, wire::Outcome& outcome);
  Value apply(wire::Call call, wire::Outcome& outcome);
  /// Calls a function once for each item. What an item throws is that item's failure.
  Value map(wire::Call call, wire::Outcome& outcome);
  /// What the call names. Throws NameError, and TypeError if it is no function, or another than the caller expects.
  std::shared_ptr<const Function> function_of(const wire::Call& call) const;
  Value imported(std::shared_ptr<ModuleNamespace> plugin) const;
  /// What a statement imports: what the caller's search found, else what is found here.
  Value import_as_asked(const std::string& plugin);
  void push(wire::Keywords items, const Uuid& caller);
  /// Deletes what a path leads to, if it leads anywhere.
  void unbind(const std::string& path);
  Value pull(const wire::Call& call) const;
  Value erase(const wire::Call& call);
  /// What a path leads to: a variable, or a result that stays.
  Value find(const std::string& path) const;
  /// Puts the very objects in the place of References, also inside of lists, tuples and dicts.
  void resolve(Value& value, unsigned depth = 0) const;

  Namespace& names_;
  modules::Loader& loader_;
  const Uuid engine_;
  const OnStart on_start_;
  const OnImport on_import_;
  const OnItem on_item_;
  CodeTable code_;
  KeptResults kept_;
  ImportSources sources_;  // of the call that runs
  evaluator::Evaluator evaluator_;
};

/// An outcome for the way back. A value that cannot leave this process becomes the failure that says so.
ENGINERY_API wire::Packed pack(const wire::Outcome& outcome, std::size_t inline_bytes);

}  // namespace enginery::tasks
