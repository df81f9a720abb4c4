// core/language/call_arguments.hpp: what a builtin or method was called with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

}  // namespace enginery::evaluator
