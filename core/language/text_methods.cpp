// core/language/text_methods.cpp: methods of str.
#include <algorithm>

#include <fmt/format.h>

#include "core/language/builtins.hpp"
#include "core/values/allocation_limit.hpp"
#include "core/values/characters.hpp"
#include "core/values/objects.hpp"

namespace enginery::evaluator {
namespace {

Value text(std::string_view text) {
  AllocationLimit::charge(sizeof(StringObject) + text.size());
  return Value::string(std::string(text));
}

Value upper(const Value& self, Arguments&) { return text(upper_case(self.as_string())); }
Value lower(const Value& self, Arguments&) { return text(lower_case(self.as_string())); }

/// The text without characters of `dropped` at its front and its back.
std::string_view stripped(std::string_view text, std::string_view dropped, bool front, bool back) {
  const auto drops = [&](std::string_view character) { return dropped.find(character) != std::string_view::npos; };
  while (front && !text.empty() && drops(text.substr(0, character_length(text))))
    text.remove_prefix(character_length(text));
  while (back && !text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && continues_character(text[start])) --start;
    if (!drops(text.substr(start))) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

template <bool front, bool back>
Value strip(const Value& self, Arguments& arguments) {
  const bool given = arguments.has(0) && !arguments[0].is_none();
  return text(stripped(self.as_string(), given ? std::string_view(arguments.text(0)) : kSpaces, front, back));
}

Value split(const Value& self, Arguments& arguments) {
  std::string_view rest = self.as_string();
  std::int64_t left = arguments.has(1) ? arguments.integer(1) : -1;  // below 0: no limit
  List parts;
  if (arguments.has(0) && !arguments[0].is_none()) {
    const std::string_view separator = arguments.text(0);
    if (separator.empty()) throw ValueError("empty separator");
    for (std::size_t at; left != 0 && (at = rest.find(separator)) != std::string_view::npos; --left) {
      parts.push_back(text(rest.substr(0, at)));
      rest.remove_prefix(at + separator.size());
    }
    parts.push_back(text(rest));
    return Value::list(std::move(parts));
  }
  rest = stripped(rest, kSpaces, true, false);
  for (; !rest.empty(); --left) {
    const std::size_t at = left == 0 ? std::string_view::npos : rest.find_first_of(kSpaces);
    if (at == std::string_view::npos) {
      parts.push_back(text(rest));
      break;
    }
    parts.push_back(text(rest.substr(0, at)));
    rest = stripped(rest.substr(at), kSpaces, true, false);
  }
  return Value::list(std::move(parts));
}

Value join(const Value& self, Arguments& arguments) {
  const std::string& between = self.as_string();
  const List parts = arguments[0].elements();
  std::size_t size = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].kind() != Kind::string)
      throw TypeError(fmt::format("sequence item {}: expected str instance, {} found; convert it with str()", i,
                                  parts[i].type_name()));
    size += parts[i].as_string().size() + between.size();
  }
  AllocationLimit::charge(size);
  std::string joined;
  joined.reserve(size);
  for (std::size_t i = 0; i < parts.size(); ++i) (i > 0 ? joined += between : joined) += parts[i].as_string();
  return Value::string(std::move(joined));
}

/// How often `sought` is in `text`; an empty one is before each character and at the end.
std::size_t occurrences(std::string_view text, std::string_view sought) {
  if (sought.empty()) return count_characters(text) + 1;
  std::size_t found = 0;
  for (std::size_t at; (at = text.find(sought)) != std::string_view::npos; ++found)
    text.remove_prefix(at + sought.size());
  return found;
}

Value replace(const Value& self, Arguments& arguments) {
  std::string_view rest = self.as_string();
  const std::string_view old = arguments.text(0), fresh = arguments.text(1);
  std::size_t left = occurrences(rest, old);
  if (arguments.has(2) && arguments.integer(2) >= 0)
    left = std::min(left, static_cast<std::size_t>(arguments.integer(2)));
  const std::size_t size = rest.size() + left * fresh.size() - left * old.size();
  AllocationLimit::charge(size);
  std::string result;
  result.reserve(size);
  for (; left > 0; --left) {
    const std::size_t at = rest.find(old);
    result.append(rest.substr(0, at)).append(fresh);
    rest.remove_prefix(at + old.size());
    if (!old.empty() || rest.empty()) continue;
    result += take_character(rest);
  }
  return Value::string(std::move(result.append(rest)));
}

template <class Matches>
Value matches(Arguments& arguments, Matches matches) {
  if (arguments[0].kind() != Kind::tuple) return Value::boolean(matches(arguments.text(0)));
  for (const Value& one : arguments[0].as_tuple()) {
    if (one.kind() != Kind::string)
      throw TypeError(fmt::format("tuple for {} must only contain str, not {}", arguments.function, one.type_name()));
    if (matches(one.as_string())) return Value::boolean(true);
  }
  return Value::boolean(false);
}
Value starts_with(const Value& self, Arguments& arguments) {
  return matches(arguments, [&](const std::string& text) { return self.as_string().starts_with(text); });
}
Value ends_with(const Value& self, Arguments& arguments) {
  return matches(arguments, [&](const std::string& text) { return self.as_string().ends_with(text); });
}

/// The position in characters of the byte at `at`; -1 for npos.
Value position(const Value& self, std::size_t at) {
  if (at == std::string::npos) return Value::integer(-1);
  return Value::integer(count_characters(std::string_view(self.as_string()).substr(0, at)));
}
Value find(const Value& self, Arguments& arguments) { return position(self, self.as_string().find(arguments.text(0))); }
Value find_last(const Value& self, Arguments& arguments) {
  return position(self, self.as_string().rfind(arguments.text(0)));
}
Value find_or_refuse(const Value& self, Arguments& arguments) {
  Value found = find(self, arguments);
  if (found.as_integer() < 0) throw ValueError(fmt::format("substring not found: {}", brief(arguments[0])));
  return found;
}

Value occurrences(const Value& self, Arguments& arguments) {
  return Value::integer(occurrences(self.as_string(), arguments.text(0)));
}

constexpr Method kTextMethods[] = {
    {"upper", upper, {0, 0}},
    {"lower", lower, {0, 0}},
    {"strip", strip<true, true>, {0, 1}},
    {"lstrip", strip<true, false>, {0, 1}},
    {"rstrip", strip<false, true>, {0, 1}},
    {"split", split, {0, 2, {"sep", "maxsplit"}}},
    {"join", join, {1, 1}},
    {"replace", replace, {2, 3}},
    {"startswith", starts_with, {1, 1}},
    {"endswith", ends_with, {1, 1}},
    {"find", find, {1, 1}},
    {"rfind", find_last, {1, 1}},
    {"index", find_or_refuse, {1, 1}},
    {"count", occurrences, {1, 1}},
};

}  // namespace

std::span<const Method> text_methods() { return kTextMethods; }

}  // namespace enginery::evaluator
