// client/views/program_code.cpp: code of this process, as engines are asked for it.
//
// A callable's type is named by the address of describe<F>, which the compiler has put into the user's own module. A
// function that a pointer leads to may be elsewhere: in that module or a library of the user's, which are brought; or
// in one that every host has, as libc, where the dynamic linker's name for it is what both sides know.
#include "client/views/program_code.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <tuple>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/views/registered_name.hpp"
#include "core/diagnosis/function_name.hpp"
#include "core/modules/code_location.hpp"
#include "core/modules/library_symbol.hpp"

namespace enginery {
namespace {

using modules::CodeLocation;

const char* const kBuildAsProgram =
    "Build the program with enginery_add_program(NAME sources…) in place of add_executable, or put the function into a "
    "plugin and call it by name";

bool brings(const modules::ModuleFiles& module, const BuildId& build_id) {
  return std::ranges::any_of(module.files(), [&](const auto& file) { return file.build_id == build_id; });
}

/// The same address of the module that engines are brought. One that comes alone is there once: its build-id says all.
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
