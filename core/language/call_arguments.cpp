// core/language/call_arguments.cpp: what a builtin or method was called with.
#include "core/language/call_arguments.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace enginery::evaluator {

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

}  // namespace enginery::evaluator
