// core/language/builtins.hpp: the functions and types that every statement knows, and the methods of what it holds.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <enginery/function.hpp>

#include "core/language/call_arguments.hpp"

namespace enginery::evaluator {

/// How many arguments a call takes; those with names may also be given by them. Without numbers, the function itself
/// checks them.
struct Arity {
  static constexpr std::size_t kChecksItself = static_cast<std::size_t>(-1);
  std::size_t least = 0, most = kChecksItself;
  std::array<std::string_view, 3> names = {};

  void check(Arguments& arguments) const {
    if (most != kChecksItself) arguments.expect(least, most, names);
  }
};

/// A row in a table of builtins.
struct Builtin {
  std::string_view name;
  Value (*function)(Arguments& arguments);
  Arity arity = {};
  /// How it is called and what it gives: "sqrt(x): the square root, element by element". Without one, it has no name
  /// in the language.
  std::string_view help = {};
  bool is_type = false;

  Value operator()(Arguments& arguments) const {
    arity.check(arguments);
    return function(arguments);
  }
};

/// A row in a table of methods.
struct Method {
  std::string_view name;
  Value (*function)(const Value& self, Arguments& arguments);
  Arity arity = {};

  Value operator()(const Value& self, Arguments& arguments) const {
    arity.check(arguments);
    return function(self, arguments);
  }
};

/// All builtins; names of the namespace come before them.
///
/// Threads: immutable.
class Builtins {
 public:
  Builtins();

  /// The function or type of that name; nullptr if there is none.
  const Value* find(std::string_view name) const;
  /// What `function` does, if it is one of these (of any Builtins); else nullptr.
  const Builtin* find(const Function& function) const;
  /// Is it one of the types?
  bool is_type(const Function& function) const;
  /// Of all that have a name, sorted.
  std::vector<std::string> names() const;
  /// type(value); of an opaque object, the name of its C++ type.
  Value type_of(const Value& value) const;

 private:
  struct Known {
    const Builtin& builtin;
    Value value;
  };
  std::unordered_map<std::string_view, Known> by_name_;
};

// The builtins of one file each.
std::span<const Builtin> number_builtins();
std::span<const Builtin> sequence_builtins();
std::span<const Builtin> array_builtins();
std::span<const Builtin> help_builtins();

/// The methods of what `self` is.
std::span<const Method> methods_of(const Value& self);
std::span<const Method> text_methods();
std::span<const Method> array_methods();
/// The method `name` of what `self` is; nullptr if it has none.
const Method* find_method(const Value& self, std::string_view name);

/// Sorts as sorted(key=, reverse=) and list.sort() do: stable, by <. Takes both keywords out of `arguments`.
void sort(List& items, Arguments& arguments);
/// What dict(...) and dict.update(...) read: a dict, or pairs.
void update(Dict& dict, Arguments& arguments);

}  // namespace enginery::evaluator
