// core/language/builtins.hpp: len, range, print and their like.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <enginery/function.hpp>

#include "core/language/call_arguments.hpp"

namespace enginery::evaluator {

/// The functions and types that every statement knows; names of the namespace come before them.
///
/// Threads: immutable.
class Builtins {
 public:
  Builtins();

  /// The function or type of that name; nullptr if there is none.
  const Value* find(std::string_view name) const;
  /// What `function` does with any arguments, if it is one of these (of any Builtins); else nullptr.
  Builtin find(const Function& function) const;
  /// Is it one of the types?
  bool is_type(const Function& function) const;
  /// Of all that have a name, sorted.
  std::vector<std::string> names() const;
  /// How `function`, one of these, is called and what it gives: "sqrt(x): the square root, element by element".
  static std::string_view help(std::string_view name);
  /// type(value); of an opaque object, the name of its C++ type.
  Value type_of(const Value& value) const;

 private:
  std::unordered_map<std::string_view, Value> by_name_;
};

// In files by what they are about.
namespace builtin {
// what there is
Value dir(Arguments&);
Value help(Arguments&);
// numbers
Value abs(Arguments&);
Value ceil(Arguments&);
Value cos(Arguments&);
Value deviation(Arguments&);
Value exp(Arguments&);
Value floor(Arguments&);
Value log(Arguments&);
Value sin(Arguments&);
Value sqrt(Arguments&);
Value tan(Arguments&);
Value divmod(Arguments&);
Value pow(Arguments&);
Value round(Arguments&);
Value to_bool(Arguments&);
Value to_int(Arguments&);
Value to_float(Arguments&);
Value to_complex(Arguments&);
// sequences
Value all(Arguments&);
Value any(Arguments&);
Value enumerate(Arguments&);
Value len(Arguments&);
Value max(Arguments&);
Value min(Arguments&);
Value range(Arguments&);
Value reversed(Arguments&);
Value sorted(Arguments&);
Value sum(Arguments&);
Value to_array(Arguments&);
Value to_dict(Arguments&);
Value to_list(Arguments&);
Value to_tuple(Arguments&);
Value zip(Arguments&);
}  // namespace builtin

/// Sorts as sorted(key=, reverse=) and list.sort() do: stable, by <. Takes both keywords out of `arguments`.
void sort(List& items, Arguments& arguments);
/// What dict(...) and dict.update(...) read: a dict, or pairs.
void update(Dict& dict, Arguments& arguments);
/// round(number, digits), to the even neighbour of two, as Python rounds.
double rounded(double number, std::int64_t digits);

}  // namespace enginery::evaluator
