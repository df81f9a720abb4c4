// core/language/container_methods.cpp: methods of lists, tuples and dicts.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/language/builtins.hpp"
#include "core/values/allocation_limit.hpp"
#include "core/values/objects.hpp"

namespace enginery::evaluator {
namespace {

bool same(const Value& a, const Value& b) { return a.is(b) || Value::equal(a, b); }

Value append(const Value& self, Arguments& arguments) {
  AllocationLimit::charge(sizeof(Value));
  self.append(arguments[0]);
  return Value();
}

Value extend(const Value& self, Arguments& arguments) {
  const List added = arguments[0].elements();
  List& items = self.as_list();
  items.insert(items.end(), added.begin(), added.end());
  return Value();
}

Value insert(const Value& self, Arguments& arguments) {
  List& items = self.as_list();
  const auto count = static_cast<std::int64_t>(items.size());
  std::int64_t at = arguments.integer(0);
  at = std::clamp<std::int64_t>(at < 0 ? at + count : at, 0, count);
  items.insert(items.begin() + at, arguments[1]);
  return Value();
}

Value pop_item(const Value& self, Arguments& arguments) {
  List& items = self.as_list();
  const auto count = static_cast<std::int64_t>(items.size());
  std::int64_t at = arguments.has(0) ? arguments.integer(0) : -1;
  if (count == 0) throw IndexError("pop from empty list");
  at = at < 0 ? at + count : at;
  if (at < 0 || at >= count) throw IndexError(fmt::format("pop index out of range: the list has {} items", count));
  Value item = items[static_cast<std::size_t>(at)];
  items.erase(items.begin() + at);
  return item;
}

/// Where the first item that equals the argument is. ValueError if there is none.
std::size_t position_of(const Value& self, Arguments& arguments) {
  const List& items = items_of(self);
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const Value& item) { return same(item, arguments[0]); });
  if (found == items.end()) throw ValueError(fmt::format("{} is not in {}", brief(arguments[0]), self.type_name()));
  return static_cast<std::size_t>(found - items.begin());
}

Value remove(const Value& self, Arguments& arguments) {
  const std::size_t at = position_of(self, arguments);
  List& items = self.as_list();
  const Value before = items[at];
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
  return Value();
}

Value index(const Value& self, Arguments& arguments) { return Value::integer(position_of(self, arguments)); }

Value count(const Value& self, Arguments& arguments) {
  const List& items = items_of(self);
  return Value::integer(
      std::count_if(items.begin(), items.end(), [&](const Value& item) { return same(item, arguments[0]); }));
}

Value sort_items(const Value& self, Arguments& arguments) {
  if (arguments.size() > 0) throw TypeError("sort() takes no positional arguments; it has key= and reverse=");
  List sorted = self.as_list();  // a copy: if a comparison throws, the list stays as it was
  sort(sorted, arguments);
  self.as_list() = std::move(sorted);
  return Value();
}

Value reverse(const Value& self, Arguments&) {
  std::reverse(self.as_list().begin(), self.as_list().end());
  return Value();
}

Value items_as_list(const Value& self, Arguments&) { return Value::list(self.elements()); }

Value clear_list(const Value& self, Arguments&) {
  const List dropped = std::exchange(self.as_list(), {});
  return Value();
}

Value values(const Value& self, Arguments&) {
  AllocationLimit::charge(self.size() * sizeof(Value));
  List result;
  for (const auto& [key, value] : self.as_dict()) result.push_back(value);
  return Value::list(std::move(result));
}

Value entries(const Value& self, Arguments&) {
  AllocationLimit::charge(self.size() * (sizeof(TupleObject) + 3 * sizeof(Value)));
  List result;
  for (const auto& [key, value] : self.as_dict()) result.push_back(Value::tuple({key, value}));
  return Value::list(std::move(result));
}

Value get(const Value& self, Arguments& arguments) {
  const Value* const found = self.as_dict().find(arguments[0]);
  return found ? *found : arguments.has(1) ? arguments[1] : Value();
}

Value pop_entry(const Value& self, Arguments& arguments) {
  // Python does not check whether the key is hashable if the dict is empty.
  const Value* const found = self.as_dict().empty() ? nullptr : self.as_dict().find(arguments[0]);
  if (!found) {
    if (arguments.has(1)) return arguments[1];
    throw_missing_key(self.as_dict(), arguments[0]);
  }
  Value value = *found;
  self.as_dict().erase(arguments[0]);
  return value;
}

Value set_default(const Value& self, Arguments& arguments) {
  if (const Value* const found = self.as_dict().find(arguments[0])) return *found;
  const Value value = arguments.has(1) ? arguments[1] : Value();
  self.as_dict().set(arguments[0], value);
  return value;
}

Value update_entries(const Value& self, Arguments& arguments) {
  update(self.as_dict(), arguments);
  return Value();
}

Value copy_dict(const Value& self, Arguments&) {
  AllocationLimit::charge(self.size() * 4 * sizeof(Value));
  return Value::dict(self.as_dict());
}

Value clear_dict(const Value& self, Arguments&) {
  self.as_dict().clear();
  return Value();
}

constexpr Method kOfLists[] = {
    {"append", append, {1, 1}},      {"extend", extend, {1, 1}},    {"insert", insert, {2, 2}},
    {"pop", pop_item, {0, 1}},       {"remove", remove, {1, 1}},    {"index", index, {1, 1}},
    {"count", count, {1, 1}},        {"sort", sort_items},          {"reverse", reverse, {0, 0}},
    {"copy", items_as_list, {0, 0}}, {"clear", clear_list, {0, 0}},
};
constexpr Method kOfTuples[] = {
    {"index", index, {1, 1}},
    {"count", count, {1, 1}},
};
constexpr Method kOfDicts[] = {
    {"keys", items_as_list, {0, 0}}, {"values", values, {0, 0}},
    {"items", entries, {0, 0}},      {"get", get, {1, 2}},
    {"pop", pop_entry, {1, 2}},      {"setdefault", set_default, {1, 2}},
    {"update", update_entries},      {"copy", copy_dict, {0, 0}},
    {"clear", clear_dict, {0, 0}},
};

}  // namespace

std::span<const Method> methods_of(const Value& self) {
  if (self.kind() == Kind::string) return text_methods();
  if (self.kind() == Kind::list) return kOfLists;
  if (self.kind() == Kind::tuple) return kOfTuples;
  if (self.kind() == Kind::dict) return kOfDicts;
  return self.kind() == Kind::array ? array_methods() : std::span<const Method>();
}

const Method* find_method(const Value& self, std::string_view name) {
  for (const Method& method : methods_of(self))
    if (method.name == name) return &method;
  return nullptr;
}

}  // namespace enginery::evaluator
