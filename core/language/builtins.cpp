// core/language/builtins.cpp: which builtins there are, and those about objects and text.
//
// Each file of builtins has a table, whose rows hold all there is to know of one: its name, what it calls, how many
// arguments it takes, and its help. This file puts the tables together and makes a Value of each row, which has
// identity: type(1) is int.
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
  // Piece by piece, as Python: the texts of all objects together may need far more memory than the objects.
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
  return arguments.has(0) && arguments[0].kind() == Kind::string
             ? arguments[0]
             : Value::string(arguments.has(0) ? arguments[0].str() : std::string());
}

Value repr(Arguments& arguments) { return Value::string(arguments[0].repr()); }

Value type(Arguments& arguments) { return arguments.evaluation.builtins().type_of(arguments[0]); }

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
  return Value::boolean(is_instance(arguments[0], arguments[1], arguments.evaluation.builtins()));
}

Value no_instances(Arguments& arguments) {
  throw TypeError(fmt::format("cannot create '{}' instances", arguments.function));
}

constexpr Builtin kBuiltins[] = {
    {"isinstance", isinstance, {2, 2}, "isinstance(x, type): whether x is of the type, or of one of a tuple of types"},
    {"print", print, {}, "print(x, ..., sep=' ', end='\\n'): to stdout"},
    {"repr", repr, {1, 1}, "repr(x): x as the language writes it"},
    {"str", to_str, {0, 1, {"object"}}, "str(x): x as text", true},
    {"type", type, {1, 1}, "type(x): the type of x", true},
    // What type() also gives: these have no name in the language, but identity.
    {"NoneType", no_instances, {}, "", true},
    {"bytes", no_instances, {}, "", true},
    {"ndarray", no_instances, {}, "", true},
    {"function", no_instances, {}, "", true},
    {"Reference", no_instances, {}, "", true},
    {"module", no_instances, {}, "", true},
};

constexpr const char* kModule = "builtins";

/// The builtin as a function Value. execute(code) calls the row itself; a task that was given the builtin calls it with
/// the one argument that nearly all of them take.
Value made(const Builtin& builtin) {
  const std::string name(builtin.name);
  auto as_task = [&builtin, name](const Value& object) {
    Namespace names;
    const Builtins builtins;
    Evaluation evaluation(names, builtins);
    Arguments arguments{evaluation, name, {object}, {}};
    return builtin(arguments);
  };
  return Value::function(Function::make({kModule, name, {}, {{"object", {}, {}}}, {}}, std::move(as_task)),
                         builtin.is_type ? "class '" + name + "'" : "built-in function " + name);
}

}  // namespace

void Arguments::expect(std::size_t least, std::size_t most, std::span<const std::string_view> names) {
  for (std::size_t index = 0; index < names.size() && !names[index].empty(); ++index) {
    std::optional<Value> given = take(names[index]);
    if (!given) continue;
    if (index < size())
      throw TypeError(fmt::format("{}() got multiple values for argument '{}'; give it once", function, names[index]));
    if (index > size())
      throw TypeError(fmt::format("{}() missing the argument before '{}'; give it too", function, names[index]));
    positional.push_back(std::move(*given));
  }
  if (!keywords.empty())
    throw TypeError(fmt::format("{}() got an unexpected keyword argument '{}'", function, keywords.front().first));
  if (size() >= least && size() <= most) return;
  const std::string wanted = least == most    ? fmt::format("exactly {}", least)
                             : size() < least ? fmt::format("at least {}", least)
                                              : fmt::format("at most {}", most);
  const std::size_t count = size() < least ? least : most;
  throw TypeError(fmt::format("{}() takes {} argument{} ({} given)", function, wanted, count == 1 ? "" : "s", size()));
}

std::optional<Value> Arguments::take(std::string_view name) {
  const auto found =
      std::find_if(keywords.begin(), keywords.end(), [&](const auto& keyword) { return keyword.first == name; });
  if (found == keywords.end()) return std::nullopt;
  Value value = std::move(found->second);
  keywords.erase(found);
  return value;
}

std::int64_t Arguments::integer(std::size_t index) const { return index_of(positional[index]); }

const std::string& Arguments::text(std::size_t index) const {
  if (positional[index].kind() != Kind::string)
    throw TypeError(
        fmt::format("{}() argument {} must be str, not {}", function, index + 1, positional[index].type_name()));
  return positional[index].as_string();
}

Whole whole_of(const Value& value) {
  if (!is_integral(value))
    throw TypeError(fmt::format("'{}' object cannot be interpreted as an integer", value.type_name()));
  return integral(value);
}

std::int64_t clamped_index_of(const Value& value) {
  whole_of(value);
  return clamped_integral(value);
}

std::int64_t index_of(const Value& value) {
  const Whole index = whole_of(value);
  if (is_large(value)) throw OverflowError("cannot fit 'int' into an index-sized integer: " + value.repr());
  return static_cast<std::int64_t>(index);
}

Builtins::Builtins() {
  for (const std::span<const Builtin> table :
       {std::span<const Builtin>(kBuiltins), array_builtins(), help_builtins(), number_builtins(), sequence_builtins()})
    for (const Builtin& builtin : table) by_name_.emplace(builtin.name, Known{builtin, made(builtin)});
}

const Value* Builtins::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() || found->second.builtin.help.empty() ? nullptr : &found->second.value;
}

std::vector<std::string> Builtins::names() const {
  std::vector<std::string> names;
  for (const auto& [name, known] : by_name_)
    if (!known.builtin.help.empty()) names.emplace_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

const Builtin* Builtins::find(const Function& function) const {
  const std::string_view module = kModule, name = function.name(), path = function.qualified_name();
  if (!path.starts_with(module) || path.size() != module.size() + 1 + name.size()) return nullptr;
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second.builtin;
}

bool Builtins::is_type(const Function& function) const {
  const Builtin* const builtin = find(function);
  return builtin && builtin->is_type;
}

Value Builtins::type_of(const Value& value) const {
  const bool is_type = value.kind() == Kind::function && this->is_type(*value.as_function());
  const auto found = by_name_.find(is_type ? "type" : value.type_name());
  // The type of an opaque object is a C++ type, which is no Value: give its name.
  return found == by_name_.end() ? Value::string(value.type_name()) : found->second.value;
}

}  // namespace enginery::evaluator
