// core/language/builtin_help.cpp: dir(), help(), and what becomes of a name that nobody knows.
#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors/error_text.hpp"
#include "core/language/builtins.hpp"
#include "core/language/evaluation.hpp"

namespace enginery::evaluator {
namespace {

/// Names that Python has and this language has not.
constexpr std::string_view kOfPython[] = {
    "bin",  "bytearray", "bytes",  "callable",  "chr",     "compile",    "delattr", "eval",   "exec",
    "exit", "filter",    "format", "frozenset", "getattr", "globals",    "hasattr", "hash",   "hex",
    "id",   "input",     "iter",   "locals",    "map",     "memoryview", "next",    "object", "oct",
    "open", "ord",       "quit",   "set",       "setattr", "slice",      "vars",
};
constexpr std::string_view kModulesOfPython[] = {"cmath", "json",   "math", "np",    "numpy", "os",
                                                 "pd",    "random", "re",   "scipy", "sys",   "time"};

void write_indented(const std::string& text) {
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::cout << "    " << rest.substr(0, end) << '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void describe(const Function& function) {
  std::cout << function.signature() << '\n';
  write_indented(function.doc());
}

void describe(const ModuleNamespace& module) {
  std::cout << module.name << (module.version.empty() ? "" : " ") << module.version << '\n';
  write_indented(module.doc);
  for (const auto& [name, value] : module.attributes.entries()) {
    if (value.kind() == Kind::function)
      describe(*value.as_function());
    else
      std::cout << name << " = " << brief(value) << '\n';
  }
}

std::vector<std::string> behind_the_dot(const Value& object) {
  std::vector<std::string> names = attributes_of(object);
  for (const Method& method : methods_of(object)) names.emplace_back(method.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

/// "norms.get_norms", if a plugin that was imported has a function of that name.
std::string path_to(const Namespace& names, std::string_view function) {
  for (const auto& [name, value] : names.entries()) {
    if (value.kind() != Kind::module) continue;
    const Value* const found = value.as_module()->attributes.find(function);
    if (found && found->kind() == Kind::function) return fmt::format("{}.{}", name, function);
  }
  return "";
}

Value dir(Arguments& arguments) {
  std::vector<std::string> names;
  if (arguments.has(0)) {
    names = behind_the_dot(arguments[0]);
  } else {
    names = arguments.evaluation.names().keys();
    std::sort(names.begin(), names.end());
    for (std::string& name : arguments.evaluation.builtins().names())
      if (!arguments.evaluation.names().contains(name)) names.push_back(std::move(name));
  }
  List list;
  for (std::string& name : names) list.push_back(Value::string(std::move(name)));
  return Value::list(std::move(list));
}

Value help(Arguments& arguments) {
  const Builtins& builtins = arguments.evaluation.builtins();
  if (!arguments.has(0)) {
    std::cout << fmt::format("help(f) tells of a function or a plugin, dir() lists the variables. Builtins: {}\n",
                             fmt::join(builtins.names(), ", "));
    return Value();
  }
  const Value& object = arguments[0];
  if (object.kind() == Kind::module) {
    describe(*object.as_module());
  } else if (object.kind() == Kind::function) {
    const Function& function = *object.as_function();
    if (const Builtin* const builtin = builtins.find(function); builtin && !builtin->help.empty())
      std::cout << builtin->help << '\n';
    else
      describe(function);
  } else {
    std::cout << fmt::format("{}: {}\n", object.type_name(), brief(object));
    if (const auto names = behind_the_dot(object); !names.empty())
      std::cout << fmt::format("    {}\n", fmt::join(names, ", "));
  }
  return Value();
}

constexpr Builtin kHelpBuiltins[] = {
    {"dir", dir, {0, 1}, "dir(): the variables and the builtins; dir(x): what can stand behind x and a dot"},
    {"help", help, {0, 1}, "help(f): how a function is called, what a plugin has, what can be done with a value"},
};

}  // namespace

std::span<const Builtin> help_builtins() { return kHelpBuiltins; }

void Evaluation::refuse_unknown(const std::string& name, bool called) const {
  std::vector<std::string> known = names_.keys();
  for (std::string& builtin : builtins_.names()) known.push_back(std::move(builtin));
  std::string text = fmt::format("name '{}' is not defined.", name);
  const std::string meant = modules::did_you_mean(name, known), path = path_to(names_, name);
  if (std::ranges::count(kModulesOfPython, name) != 0)
    text += fmt::format(
        " There are no modules of Python here: sqrt, exp, sin and the other builtins of dir() stand alone. If it is "
        "a plugin, import {}",
        name);
  else if (!path.empty())
    text += fmt::format(" A plugin has it: {}", path);
  else if (std::ranges::count(kOfPython, name) != 0)
    text += fmt::format(" Python's {} is not in this language: dir() lists what is, and a task of a plugin can do more",
                        name);
  else if (called)
    text +=
        meant +
        " dir() lists the functions that there are; one of a plugin is called by its path, as in norms.get_norms(a)";
  else
    text += fmt::format("{} Push or assign it first, or, if it is a plugin, import {}", meant, name);
  throw NameError(text);
}

}  // namespace enginery::evaluator
