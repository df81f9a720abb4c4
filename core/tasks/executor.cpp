// core/tasks/executor.cpp: does what a task's body says.
//
// run() unpacks the body into a Call, does it, and makes an Outcome of what came: a value, or a failure made of
// whatever was thrown. Nothing that a task throws gets past run(), but for the forced unwind of pthread_exit(), which
// must go on. Values in a call may be References; resolve() puts the engine's own objects in their place before the
// code runs. Results that stay are not sent: they go into KeptResults, under a name "@…" that the caller chose and may
// refer to at once. When such a call fails, its name stays too, and holds the reason for whoever uses it.
#include "core/tasks/executor.hpp"

#include <cxxabi.h>

#include <chrono>
#include <new>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include <enginery/columns.hpp>
#include <enginery/stop.hpp>

#include "core/functions/namespace_paths.hpp"
#include "core/modules/plugin_file.hpp"
#include "core/processes/floating_point_scope.hpp"
#include "core/processes/host.hpp"
#include "core/tasks/failure.hpp"
#include "core/tasks/map_chunk.hpp"
#include "core/tasks/map_results.hpp"
#include "core/tasks/task_random.hpp"
#include "core/tasks/task_wait.hpp"
#include "core/values/objects.hpp"

namespace enginery::tasks {
namespace {

/// The text of a result is for reading; values travel otherwise.
constexpr std::size_t kLongestResult = std::size_t{4} << 20, kLongestAbbreviated = std::size_t{64} << 10,
                      kLongestJson = std::size_t{64} << 20;
constexpr std::string_view kResultGoesOn = "… (cut after 4 MiB; give the result a name and pull it)";
constexpr std::string_view kAbbreviatedGoesOn = "… (cut after 64 KiB; ask for the whole result, or for a part of it)";

const std::string& name_in(const Value& value) {
  if (value.kind() != Kind::string)
    throw TypeError("a name in the namespace is a str, not a " + value.type_name() + " (" + value.repr() +
                    "); write it in quotes");
  return value.as_string();
}

/// `execute`'s second argument says how; without one, the whole.
std::string text_of(const Value& result, std::span<const Value> arguments) {
  const std::int64_t how = arguments.size() > 1 ? arguments[1].as_integer() : 0;
  switch (static_cast<ResultText>(how)) {
    case ResultText::whole:
      return repr_within(kLongestResult, result, kResultGoesOn);
    case ResultText::abbreviated:
      return abbreviated_repr(kLongestAbbreviated, result, kAbbreviatedGoesOn);
    case ResultText::json:
      return json_text(kLongestJson, result);
  }
  throw ProtocolError(fmt::format("a call wants its result written in a way that there is not: {}", how));
}

}  // namespace

// A forced unwind comes without an object, and so the reference in its handler is null.
[[gnu::no_sanitize("null")]] wire::Outcome Executor::run(const Bytes& body, std::span<const Bytes> bulk,
                                                         const Uuid& caller) {
  const FloatingPointScope scope;
  wire::Outcome outcome;
  outcome.started = cluster::utc_now();
  const auto began = std::chrono::steady_clock::now();
  const ThrowRecording recording;
  std::string keep;
  try {
    wire::Call call = wire::unpack_call(body, bulk);
    if (!call.keep.empty() && !KeptResults::is_name(call.keep))
      throw ProtocolError("a call wants its result kept as '" + call.keep + "', which does not begin with @");
    keep = call.keep;
    const RunningTask running(engine_, std::move(call.waiting));
    const TaskRandom random;
    if (on_start_) on_start_(call.name.empty() ? wire::to_string(call.op) : call.name);
    Value result = perform(std::move(call), caller, outcome);
    if (keep.empty())
      outcome.value = std::move(result);
    else
      kept_.keep(keep, caller, std::move(result));
  } catch (const abi::__forced_unwind&) {
    throw;  // the task ends its thread, which nobody may hold up
  } catch (...) {
    outcome.failure = failure_of_current_exception();
    if (!keep.empty())
      kept_.fail(keep, caller,
                 "the call that was to leave its result here failed with " + outcome.failure->ename + ": " +
                     outcome.failure->evalue);
  }
  outcome.completed = cluster::utc_now();
  outcome.ran = std::chrono::nanoseconds(std::chrono::steady_clock::now() - began).count();
  return outcome;
}

void Executor::forget(const Uuid& caller) {
  const FloatingPointScope scope;  // destructors are the user's code, too
  kept_.drop_of(caller);
}

void Executor::clear() {
  const FloatingPointScope scope;
  names_.clear();
  kept_.clear();
}

Value Executor::imported(std::shared_ptr<ModuleNamespace> plugin) const {
  if (on_import_) on_import_(*plugin);
  return modules::as_value(std::move(plugin));
}

Value Executor::import_as_asked(const std::string& plugin) {
  const ImportSource& source = sources_.of(plugin);
  if (source.module) {
    try {
      return imported(loader_.import(plugin, *loader_.module(source.module->generation)));
    } catch (const modules::ModuleMissing&) {
      throw ImportError(fmt::format(
          "{} could not be brought to this engine, which does not have it; sync_imports({{\"{}\"}}) says why",
          source.module->file, plugin));
    }
  }
  if (!source.problem.empty()) throw ImportError(source.problem);
  const bool found = modules::look_for_plugin(plugin).has_value();
  std::shared_ptr<ModuleNamespace> module;
  try {
    module = loader_.import(plugin);
  } catch (const PluginLoadError& error) {
    if (found || source.sought.empty() || error.stage() != LoadStage::find) throw;
    throw modules::not_found(plugin, source.sought);
  }
  if (!found && !source.sought.empty())
    fmt::print(stderr,
               "import {}: neither the client nor this engine finds a file of that name now; it is {}, build {}\n",
               plugin, module->file, module->build_id.hex);
  return imported(std::move(module));
}

Value Executor::perform(wire::Call call, const Uuid& caller, wire::Outcome& outcome) {
  switch (call.op) {
    case wire::Op::apply:
      return apply(std::move(call), outcome);
    case wire::Op::map:
      return map(std::move(call), outcome);
    case wire::Op::push:
      push(std::move(call.keywords), caller);
      return Value();
    case wire::Op::pull:
      return pull(call);
    case wire::Op::erase:
      return erase(call);
    case wire::Op::import:
      if (const auto module = ModuleReference::of(call))
        import(call.name, loader_.import(call.name, *loader_.module(module->generation)));
      else
        import(call.name);
      return Value();
    case wire::Op::run: {
      const auto module = ModuleReference::of(call);
      if (!module) throw ProtocolError("a call of run names no module");
      loader_.run(*loader_.module(module->generation), names_);
      outcome.build_id = module->build_id.hex;
      return Value();
    }
    case wire::Op::clear:
      names_.clear();
      kept_.forget_unbound();
      return Value();
    case wire::Op::keys: {
      List keys;
      for (const std::string& name : names_.keys()) keys.push_back(Value::string(name));
      return Value::list(std::move(keys));
    }
    case wire::Op::execute: {
      sources_ = ImportSources(std::move(call.keywords));
      const Value result = evaluator_.execute(call.positional.at(0).as_string());
      if (!result.is_none()) outcome.execute_result = text_of(result, call.positional);
      return Value();
    }
  }
  throw ProtocolError("a call asks for an operation that there is not");
}

std::shared_ptr<const Function> Executor::function_of(const wire::Call& call) const {
  const Value callee = names_.resolve(call.name);
  if (callee.kind() != Kind::function)
    throw TypeError("'" + callee.type_name() + "' object is not callable: '" + call.name +
                    "' names no function; call one of a plugin's, as \"norms.get_norms\"");
  const std::shared_ptr<const Function>& function = callee.as_function();
  if (!call.signature.empty() && call.signature != function->type())
    throw TypeError(call.name + "() is " + function->type() + " here, and the caller's enginery::fn says " +
                    call.signature + ": build both against the same declaration");
  return function;
}

Value Executor::apply(wire::Call call, wire::Outcome& outcome) {
  if (call.code) {
    const CodeTable::Entry& entry = code_.find(*call.code, call.name);
    for (Value& value : call.positional) resolve(value);
    outcome.build_id = entry.function->build_id().hex;
    return CodeTable::Callee(entry, call.code->object).call(call.positional);
  }
  const std::shared_ptr<const Function> function = function_of(call);
  for (Value& value : call.positional) resolve(value);
  for (auto& [name, value] : call.keywords) resolve(value);
  outcome.build_id = function->build_id().hex;
  return function->call(call.positional, call.keywords);
}

Value Executor::map(wire::Call call, wire::Outcome& outcome) {
  if (!call.keywords.empty() || !call.keep.empty())
    throw ProtocolError("a call of map has keyword arguments, or wants its results to stay: it cannot do that");
  std::optional<CodeTable::Callee> code;
  std::shared_ptr<const Function> function;
  if (call.code) {
    const CodeTable::Entry& entry = code_.find(*call.code, call.name);
    function = entry.function;
    code.emplace(entry, call.code->object);
  } else {
    function = function_of(call);
  }
  for (Value& value : call.positional) resolve(value);
  MapChunk chunk(std::move(call.positional));
  outcome.build_id = function->build_id().hex;
  MapResults results(chunk.size());
  for (std::size_t item = 0; item < chunk.size(); ++item) {
    if (stop_requested())
      throw TaskAborted(
          fmt::format("this task was asked to stop when {} of its {} items were done", item, chunk.size()));
    if (on_item_) on_item_(item);
    if (chunk.seed()) TaskRandom::begin_item(*chunk.seed(), chunk.first() + item);
    try {
      const std::span<const Value> arguments = chunk.arguments(item);
      results.add(code ? code->call(arguments) : function->call(arguments, {}));
    } catch (const abi::__forced_unwind&) {
      throw;
    } catch (...) {
      results.add_failure(failure_of_current_exception());
    }
  }
  return results.take();
}

void Executor::push(wire::Keywords items, const Uuid& caller) {
  for (auto& [path, value] : items) {
    const bool kept = value.kind() == Kind::reference && KeptResults::is_name(value.as_reference());
    try {
      resolve(value);
    } catch (const NameError& error) {
      // Nobody may look at this task: whoever uses the variable is told, and does not get what it was before.
      if (kept) {
        unbind(path);
        kept_.set_unbound(path, caller, error.what());
      }
      throw;
    }
  }
  std::vector<std::string> paths;
  paths.reserve(items.size());
  for (const auto& [path, value] : items) paths.push_back(path);
  modules::assign_all(names_, std::move(items));
  for (const std::string& path : paths) kept_.forget_unbound(path);
}

void Executor::unbind(const std::string& path) try { names_.remove(path); } catch (const Error&) {
  // There was no such thing.
}

Value Executor::find(const std::string& path) const {
  if (KeptResults::is_name(path)) return kept_.get(path);
  try {
    return names_.resolve(path);
  } catch (const Error&) {
    const std::string variable = path.substr(0, path.find_first_of(".["));
    for (const std::string* name : {&path, &variable})
      if (const std::string* const why = kept_.why_unbound(*name))
        throw NameError("name '" + *name + "' is not defined: " + *why);
    throw;
  }
}

Value Executor::pull(const wire::Call& call) const {
  const auto value_of = [this](const Value& name) { return find(name_in(name)); };
  const Value& what = call.positional.at(0);
  if (what.kind() != Kind::list) return value_of(what);
  List values;
  for (const Value& name : what.as_list()) values.push_back(value_of(name));
  return Value::list(std::move(values));
}

Value Executor::erase(const wire::Call& call) {
  for (const Value& name : call.positional) {
    const std::string& path = name_in(name);
    if (KeptResults::is_name(path)) {
      kept_.drop(path);
    } else {
      names_.remove(path);
      kept_.forget_unbound(path);
    }
  }
  return Value();
}

void Executor::resolve(Value& value, unsigned depth) const {
  constexpr unsigned kDeepest = 200;
  if (depth > kDeepest) return;
  if (value.kind() == Kind::reference) {
    value = find(value.as_reference());
  } else if (value.kind() == Kind::list && !detail::columns_of(value)) {  // those hold numbers only
    for (Value& item : value.as_list()) resolve(item, depth + 1);
  } else if (value.kind() == Kind::tuple) {
    List items = value.as_tuple();
    for (Value& item : items) resolve(item, depth + 1);
    value = Value::tuple(std::move(items));
  } else if (value.kind() == Kind::dict) {
    Dict dict;
    for (const auto [key, item] : value.as_dict()) {
      Value resolved = item;
      resolve(resolved, depth + 1);
      dict.set(key, std::move(resolved));
    }
    value = Value::dict(std::move(dict));
  }
}

wire::Packed pack(const wire::Outcome& outcome, std::size_t inline_bytes) {
  const auto refused = [&](const std::string& ename, const std::string& why) {
    const wire::Outcome failed{.started = outcome.started,
                               .completed = outcome.completed,
                               .build_id = outcome.build_id,
                               .execute_result = {},
                               .value = {},
                               .failure = wire::Failure{ename, why, {}},
                               .out = outcome.out,
                               .err = outcome.err,
                               .ran = outcome.ran};
    return wire::pack(failed, inline_bytes);
  };
  try {
    return wire::pack(outcome, inline_bytes);
  } catch (const Error& error) {
    return refused(error.ename(), error.what());
  } catch (const std::bad_alloc&) {
    return refused("MemoryError", "no memory is left to send the result; keep it on the engine, or send it in parts");
  }
}

}  // namespace enginery::tasks
