// core/language/builtin_help.cpp: dir(), help(), and what becomes of a name that nobody knows.
#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/module_namespace.hpp>

#include "core/errors/error_text.hpp"
#include "core/language/builtins.hpp"
#include "core/language/evaluation.hpp"
#include "core/language/methods.hpp"

namespace enginery::evaluator {
namespace {

struct HelpText {
  std::string_view name, text;
};
constexpr HelpText kHelp[] = {
    {"abs", "abs(x): the absolute value, of an array element by element"},
    {"all", "all(xs): whether all are true"},
    {"any", "any(xs): whether one is true"},
    {"array", "array(list, dtype): an array; without a dtype, of what the numbers need"},
    {"bool", "bool(x): True or False"},
    {"ceil", "ceil(x): the nearest whole number above, as a float; element by element"},
    {"complex", "complex(real, imag), complex(text)"},
    {"cos", "cos(x): the cosine of radians, element by element"},
    {"dict", "dict(pairs, key=value, ...)"},
    {"dir", "dir(): the variables and the builtins; dir(x): what can stand behind x and a dot"},
    {"divmod", "divmod(a, b): (a // b, a % b)"},
    {"enumerate", "enumerate(xs, start=0): a list of (index, x)"},
    {"exp", "exp(x): e to the power of x, element by element"},
    {"float", "float(x): a float, of a number or a text"},
    {"floor", "floor(x): the nearest whole number below, as a float; element by element"},
    {"help", "help(f): how a function is called, what a plugin has, what can be done with a value"},
    {"int", "int(x, base=10): an int, of a number or a text"},
    {"isinstance", "isinstance(x, type): whether x is of the type, or of one of a tuple of types"},
    {"len", "len(x): how many items or characters"},
    {"list", "list(xs): a list"},
    {"log", "log(x): the natural logarithm, element by element"},
    {"max", "max(xs, key=f, default=x), max(a, b, ...)"},
    {"min", "min(xs, key=f, default=x), min(a, b, ...)"},
    {"pow", "pow(base, exp, mod=None)"},
    {"print", "print(x, ..., sep=' ', end='\\n'): to stdout"},
    {"range", "range(stop), range(start, stop, step=1): a list of ints"},
    {"repr", "repr(x): x as the language writes it"},
    {"reversed", "reversed(xs): a list"},
    {"round", "round(x, digits=None): to the even neighbour of two; an array's elements as numpy rounds"},
    {"sin", "sin(x): the sine of radians, element by element"},
    {"sorted", "sorted(xs, key=f, reverse=False): a list"},
    {"sqrt", "sqrt(x): the square root, element by element; nan of what is negative"},
    {"std", "std(x): the population's standard deviation of all elements, as numpy's"},
    {"str", "str(x): x as text"},
    {"sum", "sum(xs, start=0)"},
    {"tan", "tan(x): the tangent of radians, element by element"},
    {"tuple", "tuple(xs): a tuple"},
    {"type", "type(x): the type of x"},
    {"zip", "zip(xs, ys, ...): a list of tuples"},
};

/// What Python has by itself, or is usually imported there, and the language has not.
constexpr std::string_view kOfPython[] = {
    "bin",  "bytearray", "bytes",  "callable",  "chr",     "compile",    "delattr", "eval",   "exec",
    "exit", "filter",    "format", "frozenset", "getattr", "globals",    "hasattr", "hash",   "hex",
    "id",   "input",     "iter",   "locals",    "map",     "memoryview", "next",    "object", "oct",
    "open", "ord",       "quit",   "set",       "setattr", "slice",      "vars",
};
constexpr std::string_view kModulesOfPython[] = {"cmath", "json",   "math", "np",    "numpy", "os",
                                                 "pd",    "random", "re",   "scipy", "sys",   "time"};

template <class Names>
bool has(const Names& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

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
  for (const NamedMethod& method : methods_of(object)) names.emplace_back(method.name);
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

}  // namespace

std::string_view Builtins::help(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kHelp), std::end(kHelp), [&](const HelpText& text) { return text.name == name; });
  return found == std::end(kHelp) ? std::string_view() : found->text;
}

Value builtin::dir(Arguments& arguments) {
  arguments.expect(0, 1);
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

Value builtin::help(Arguments& arguments) {
  arguments.expect(0, 1);
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
    if (const std::string_view text = builtins.find(function) ? Builtins::help(function.name()) : ""; !text.empty())
      std::cout << text << '\n';
    else
      describe(function);
  } else {
    std::cout << fmt::format("{}: {}\n", object.type_name(), brief(object));
    if (const auto names = behind_the_dot(object); !names.empty())
      std::cout << fmt::format("    {}\n", fmt::join(names, ", "));
  }
  return Value();
}

void Evaluation::refuse_unknown(const std::string& name, bool called) const {
  std::vector<std::string> known = names_.keys();
  for (std::string& builtin : builtins_.names()) known.push_back(std::move(builtin));
  std::string text = fmt::format("name '{}' is not defined.", name);
  const std::string meant = modules::did_you_mean(name, known), path = path_to(names_, name);
  if (has(kModulesOfPython, name))
    text += fmt::format(
        " There are no modules of Python here: sqrt, exp, sin and the other builtins of dir() stand alone. If it is "
        "a plugin, import {}",
        name);
  else if (!path.empty())
    text += fmt::format(" A plugin has it: {}", path);
  else if (has(kOfPython, name))
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
