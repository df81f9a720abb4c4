// core/language/builtins.hpp: the functions and types that every statement knows, and the methods of what it holds.
#pragma once

#include <unordered_map>

#include <enginery/function.hpp>

#include "core/values/objects.hpp"

namespace enginery::evaluator {

class Evaluation;

/// The arguments of one call, as the called function reads them. Every refusal is a TypeError that names the function.
struct Arguments {
  Evaluation& evaluation;
  std::string_view function;
  List positional;
  std::vector<std::pair<std::string, Value>> keywords;

  /// Nothing but `least` to `most` positional arguments. Those with names may also be given by them; has()
  /// tells which of the last ones were left out.
  void expect(std::size_t least, std::size_t most, std::span<const std::string_view> names = {});
  /// Removes and returns the keyword argument.
  std::optional<Value> take(std::string_view name);

  std::size_t size() const noexcept { return positional.size(); }
  bool has(std::size_t index) const noexcept { return index < positional.size(); }
  const Value& operator[](std::size_t index) const { return positional[index]; }
  std::int64_t integer(std::size_t index) const;
  const std::string& text(std::size_t index) const;
};

/// As index_of(), for an int that may be any.
Whole whole_of(const Value& value);
/// As index_of(), but an int that is too large gives the largest index.
std::int64_t clamped_index_of(const Value& value);
/// The index that a bool or an int is. TypeError for other kinds, OverflowError beyond 64 bits, in Python's words.
std::int64_t index_of(const Value& value);

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
