// client/views/program_code.cpp: code of this process, as engines are asked for it.
//
// A callable's type is named by the address of describe<F>, which the compiler has put into the user's own module. A
// pointer may lead to a function in another place. If that is a library of the user's, the library is brought, too. If
// it is a library that every host has, such as libc, both sides know the function by its dynamic symbol.
#include "client/views/program_code.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <tuple>

#include <fmt/format.h>

#include <enginery/errors.hpp>
#include <enginery/function.hpp>
#include <enginery/plugin.hpp>

#include "core/loading/loader.hpp"
#include "core/modules/library_symbol.hpp"
#include "core/modules/mapped_code.hpp"
#include "core/modules/shared_object.hpp"
#include "core/modules/symbol_table.hpp"

namespace enginery {
namespace {

using modules::CodeLocation;

const char* const kBuildAsProgram =
    "Build the program with enginery_add_program(NAME sources…) in place of add_executable, or put the function into a "
    "plugin and call it by name";

bool brings(const modules::ModuleFiles& module, const BuildId& build_id) {
  return std::ranges::any_of(module.files(), [&](const auto& file) { return file.build_id == build_id; });
}

/// The address in the module that engines get. A module without libraries of its own is named by its build-id alone.
std::string text_in(modules::CodeAddress address, const modules::ModuleFiles* module) {
  if (module && module->files().size() > 1) address.generation = module->generation();
  return address.text();
}

/// What names the function that a pointer leads to.
std::string function_text(const void* function, const std::string& name, const modules::ModuleFiles* module) {
  const auto location = CodeLocation::of(function);
  if (location && (!module || brings(*module, location->address.build_id))) return text_in(location->address, module);
  if (const auto symbol = modules::LibrarySymbol::of(function)) return symbol->text();
  throw PluginLoadError(LoadStage::symbol, location ? location->file : name,
                        fmt::format("no symbol names the function {} to other processes", name),
                        "Call it from a function of the program, and apply that");
}

using Names = std::map<const void*, std::string>;  // by function

/// What the shared object's body defines, if it is a plugin.
Names names_in(const CodeLocation& where) try {
  Names names;
  if (where.executable) return names;
  const modules::SharedObject object(where.file, where.file, where.address.build_id);
  const auto* descriptor = static_cast<const EngineryPluginDescriptor*>(object.symbol("enginery_plugin_descriptor"));
  if (!descriptor) return names;
  const auto module = modules::Loader().import(descriptor->name, object);
  for (const auto& [name, value] : module->attributes.entries()) {
    if (value.kind() != Kind::function) continue;
    const void* called = nullptr;
    const Function::Callable& callable = value.as_function()->callable();
    if (callable.size != sizeof called) continue;
    std::memcpy(&called, callable.object.get(), sizeof called);
    names.emplace(called, value.as_function()->qualified_name());
  }
  return names;
} catch (const PluginLoadError&) {
  return {};  // whoever imports it is told what is wrong
}

/// "norms.get_norms", when the shared object at `where` is a plugin too and its body, which is run once for that,
/// defines `function`. Threads: any.
std::optional<std::string> registered_name(const CodeLocation& where, const void* function) {
  static std::mutex mutex;
  static auto* const known = new std::map<std::string, Names>;  // by file; never forgotten, nor is what is mapped
  const std::lock_guard lock(mutex);
  const auto found = known->find(where.file);
  const Names& names = (found != known->end() ? found : known->emplace(where.file, names_in(where)).first)->second;
  const auto name = names.find(function);
  return name == names.end() ? std::nullopt : std::optional(name->second);
}

/// As a plugin calls it, if one does; else as the source does.
std::string name_of(const Callee& callee) {
  if (!callee.function) return modules::class_name(*callee.type_info);
  const auto where = CodeLocation::of(callee.function);
  const std::optional<std::string> registered = where ? registered_name(*where, callee.function) : std::nullopt;
  return registered ? *registered : modules::function_name(callee.function);
}

ProgramCode make(const Callee& callee, bool travels) {
  ProgramCode made;
  made.name = name_of(callee);
  const auto location = CodeLocation::of(callee.maker);
  if (travels && (!location || location->executable))
    throw PluginLoadError(LoadStage::elf, location ? location->file : made.name,
                          fmt::format("{} is in an executable, which no engine can load", made.name), kBuildAsProgram);
  if (travels) made.module = modules::ModuleFiles::of_mapped(location->file, location->address.build_id);
  made.code.maker = text_in(location->address, made.module.get());
  if (callee.function) made.code.function = function_text(callee.function, made.name, made.module.get());
  return made;
}

}  // namespace

const ProgramCode& ProgramCode::of(const Callee& callee, bool travels) {
  // Never forgotten: as many as there are functions in the program.
  static std::shared_mutex mutex;
  static auto* const known = new std::map<std::tuple<const void*, const void*, bool>, ProgramCode>;
  const std::tuple key(callee.maker, callee.function, travels);
  {
    const std::shared_lock lock(mutex);
    if (const auto found = known->find(key); found != known->end()) return found->second;
  }
  ProgramCode made = make(callee, travels);
  const std::unique_lock lock(mutex);
  return known->emplace(key, std::move(made)).first->second;
}

}  // namespace enginery
