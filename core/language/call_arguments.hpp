// core/language/call_arguments.hpp: what a builtin or method was called with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/values/objects.hpp"

namespace enginery::evaluator {

class Evaluation;

/// The arguments of one call, taken apart by who was called. Every refusal is a TypeError that names the function.
struct Arguments {
  Evaluation& evaluation;
  std::string_view function;
  List positional;
  std::vector<std::pair<std::string, Value>> keywords;

  /// Nothing but `least` to `most` positional arguments.
  void expect(std::size_t least, std::size_t most);
  /// As that, but each may also be given by its name; what is left out at the end is not there.
  void expect(std::size_t least, std::initializer_list<std::string_view> names);
  /// The keyword argument, which is taken out.
  std::optional<Value> take(std::string_view name);

  std::size_t size() const noexcept { return positional.size(); }
  bool has(std::size_t index) const noexcept { return index < positional.size(); }
  const Value& operator[](std::size_t index) const { return positional[index]; }
  std::int64_t integer(std::size_t index) const;
  const std::string& text(std::size_t index) const;
};

/// As index_of(), for an int that may be any.
Whole whole_of(const Value& value);
/// As index_of(), but what is too large is the largest index.
std::int64_t clamped_index_of(const Value& value);
/// The int that an index must be: bool and int are. TypeError and OverflowError as Python words them.
std::int64_t index_of(const Value& value);

}  // namespace enginery::evaluator
