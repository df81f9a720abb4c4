// core/language/builtins.cpp: which builtins there are, and those about objects and text.
#include "core/language/builtins.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "core/language/evaluation.hpp"
#include "core/values/objects.hpp"

namespace enginery::evaluator {
namespace {

Value print(Arguments& arguments) {
  const auto separator = [&](std::string_view name, const char* otherwise) {
    const Value given = arguments.take(name).value_or(Value());
    if (given.is_none()) return std::string(otherwise);
    if (given.kind() != Kind::string)
      throw TypeError(fmt::format("{} must be None or a string, not {}", name, given.type_name()));
    return given.as_string();
  };
  const std::string between = separator("sep", " "), end = separator("end", "\n");
  arguments.expect(0, arguments.size());
  // Piece by piece, as Python: gathered, what is printed may be far larger than the objects.
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) std::cout << between;
    const Value& object = arguments[i];
    if (object.kind() == Kind::string)
      std::cout << object.as_string();
    else
      std::cout << object.repr();
  }
  std::cout << end;
  return Value();
}

Value to_str(Arguments& arguments) {
  arguments.expect(0, {"object"});
  return arguments.has(0) && arguments[0].kind() == Kind::string
             ? arguments[0]
             : Value::string(arguments.has(0) ? arguments[0].str() : std::string());
}

Value repr(Arguments& arguments) {
  arguments.expect(1, 1);
  return Value::string(arguments[0].repr());
}

Value type(Arguments& arguments) {
  arguments.expect(1, 1);
  return arguments.evaluation.builtins().type_of(arguments[0]);
}

bool is_instance(const Value& object, const Value& type, const Builtins& builtins) {
  if (type.kind() == Kind::tuple) {
    const Depth depth("looking for a type in a tuple");
    const List& types = type.as_tuple();
    return std::any_of(types.begin(), types.end(),
                       [&](const Value& one) { return is_instance(object, one, builtins); });
  }
  if (type.kind() != Kind::function || !builtins.is_type(*type.as_function()))
    throw TypeError("isinstance() arg 2 must be a type or a tuple of types");
  const std::string& name = type.as_function()->name();
  return object.type_name() == name || (name == "int" && object.kind() == Kind::boolean);
}

Value isinstance(Arguments& arguments) {
  arguments.expect(2, 2);
  return Value::boolean(is_instance(arguments[0], arguments[1], arguments.evaluation.builtins()));
}

Value no_instances(Arguments& arguments) {
  throw TypeError(fmt::format("cannot create '{}' instances", arguments.function));
}

struct Entry {
  std::string_view name;
  Builtin builtin;
};
constexpr Entry kFunctions[] = {
    {"abs", builtin::abs},
    {"all", builtin::all},
    {"any", builtin::any},
    {"array", builtin::to_array},
    {"ceil", builtin::ceil},
    {"cos", builtin::cos},
    {"dir", builtin::dir},
    {"divmod", builtin::divmod},
    {"enumerate", builtin::enumerate},
    {"exp", builtin::exp},
    {"floor", builtin::floor},
    {"help", builtin::help},
    {"isinstance", isinstance},
    {"len", builtin::len},
    {"log", builtin::log},
    {"max", builtin::max},
    {"min", builtin::min},
    {"pow", builtin::pow},
    {"print", print},
    {"range", builtin::range},
    {"repr", repr},
    {"reversed", builtin::reversed},
    {"round", builtin::round},
    {"sin", builtin::sin},
    {"sorted", builtin::sorted},
    {"sqrt", builtin::sqrt},
    {"std", builtin::deviation},
    {"sum", builtin::sum},
    {"tan", builtin::tan},
    {"zip", builtin::zip},
};
constexpr Entry kTypes[] = {
    {"bool", builtin::to_bool},
    {"complex", builtin::to_complex},
    {"dict", builtin::to_dict},
    {"float", builtin::to_float},
    {"int", builtin::to_int},
    {"list", builtin::to_list},
    {"str", to_str},
    {"tuple", builtin::to_tuple},
    {"type", type},
};
/// What type() also gives. They have no name in the language, but identity.
constexpr Entry kNamelessTypes[] = {{"NoneType", no_instances}, {"bytes", no_instances},     {"ndarray", no_instances},
                                    {"function", no_instances}, {"Reference", no_instances}, {"module", no_instances}};

template <class Entries>
const Entry* find_in(const Entries& entries, std::string_view name) {
  const auto* found =
      std::find_if(std::begin(entries), std::end(entries), [&](const Entry& e) { return e.name == name; });
  return found == std::end(entries) ? nullptr : found;
}

constexpr const char* kModule = "builtins";

/// Called as a task, with the one argument that nearly all of them take; in execute(code) the entry itself is called.
Value made(const Entry& entry, const std::string& description) {
  Function::Declaration declaration{kModule, std::string(entry.name), {}, {{"object", {}, {}}}, {}};
  const std::string name(entry.name);
  auto as_task = [call = entry.builtin, name](const Value& object) {
    Namespace names;
    const Builtins builtins;
    Evaluation evaluation(names, builtins);
    Arguments arguments{evaluation, name, {object}, {}};
    return call(arguments);
  };
  return Value::function(Function::make(std::move(declaration), std::move(as_task)), description);
}

}  // namespace

Builtins::Builtins() {
  for (const Entry& entry : kFunctions)
    by_name_.emplace(entry.name, made(entry, fmt::format("built-in function {}", entry.name)));
  for (const Entry& entry : kTypes) by_name_.emplace(entry.name, made(entry, fmt::format("class '{}'", entry.name)));
  for (const Entry& entry : kNamelessTypes)
    by_name_.emplace(entry.name, made(entry, fmt::format("class '{}'", entry.name)));
}

const Value* Builtins::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() || find_in(kNamelessTypes, name) ? nullptr : &found->second;
}

std::vector<std::string> Builtins::names() const {
  std::vector<std::string> names;
  for (const Entry& entry : kFunctions) names.emplace_back(entry.name);
  for (const Entry& entry : kTypes) names.emplace_back(entry.name);
  std::sort(names.begin(), names.end());
  return names;
}

Builtin Builtins::find(const Function& function) const {
  if (!function.qualified_name().starts_with(kModule) ||
      function.qualified_name().size() != std::string_view(kModule).size() + 1 + function.name().size())
    return nullptr;
  for (const Entry* entry : {find_in(kFunctions, function.name()), find_in(kTypes, function.name()),
                             find_in(kNamelessTypes, function.name())})
    if (entry) return entry->builtin;
  return nullptr;
}

bool Builtins::is_type(const Function& function) const {
  return find(function) && !find_in(kFunctions, function.name());
}

Value Builtins::type_of(const Value& value) const {
  if (value.kind() == Kind::function && is_type(*value.as_function())) return by_name_.at("type");
  const auto found = by_name_.find(value.type_name());
  // An opaque object's type is C++'s: its name says it.
  return found == by_name_.end() ? Value::string(value.type_name()) : found->second;
}

}  // namespace enginery::evaluator
