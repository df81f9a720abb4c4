// client/links/work.cpp: what the tasks of a load-balanced view ask for, as it is sent.
#include "client/links/work.hpp"

#include <algorithm>
#include <utility>

#include <enginery/columns.hpp>
#include <enginery/dict.hpp>

namespace enginery {
namespace {

/// Calls `f` with each result in a value.
template <class F>
void each_result(const Value& value, const F& f) {
  switch (value.kind()) {
    case Kind::opaque:
      if (value.holds_opaque<ResultArgument>()) f(value);
      return;
    case Kind::list:
      if (detail::columns_of(value)) return;  // numbers only
      for (const Value& item : value.as_list()) each_result(item, f);
      return;
    case Kind::tuple:
      for (const Value& item : value.as_tuple()) each_result(item, f);
      return;
    case Kind::dict:
      for (const auto [key, item] : value.as_dict()) each_result(item, f);
      return;
    default:
      return;
  }
}

/// A copy down to the results, so that the caller's own lists stay as they are.
Value resolved(const Value& value) {
  bool any = false;
  each_result(value, [&](const Value&) { any = true; });
  if (!any) return value;
  switch (value.kind()) {
    case Kind::list: {
      List items;
      for (const Value& item : value.as_list()) items.push_back(resolved(item));
      return Value::list(std::move(items));
    }
    case Kind::tuple: {
      List items;
      for (const Value& item : value.as_tuple()) items.push_back(resolved(item));
      return Value::tuple(std::move(items));
    }
    case Kind::dict: {
      Dict dict;
      for (const auto [key, item] : value.as_dict()) dict.set(key, resolved(item));
      return Value::dict(std::move(dict));
    }
    default: {
      const auto result = value.share_opaque<ResultArgument>();
      return result->kept.empty() ? (*result->call)[0].value() : Value::reference(result->kept);
    }
  }
}

/// Calls `f` with each result among a call's arguments.
template <class F>
void each_result(std::span<const Value> positional, std::span<const std::pair<std::string, Value>> keywords,
                 const F& f) {
  for (const Value& value : positional) each_result(value, f);
  for (const auto& [name, value] : keywords) each_result(value, f);
}

}  // namespace

Value part_of(const Value& sequence, std::uint64_t first, std::uint64_t count) {
  if (std::optional<Value> part = detail::part_of_columns(sequence, first, count)) return *std::move(part);
  return sequence.slice(static_cast<std::int64_t>(first), static_cast<std::int64_t>(first + count));
}

bool have_results(std::span<const Value> positional, std::span<const std::pair<std::string, Value>> keywords) {
  bool any = false;
  each_result(positional, keywords, [&](const Value&) { any = true; });
  return any;
}

std::vector<Value> parts_of(const std::vector<Value>& columns, std::uint64_t first, std::uint64_t count) {
  std::vector<Value> parts;
  for (const Value& column : columns) parts.push_back(part_of(column, first, count));
  return parts;
}

std::vector<Value> map_arguments(scheduling::Items items, std::uint64_t seed, const List& constants,
                                 const std::vector<Value>& columns) {
  std::vector<Value> all{Value::integer(static_cast<std::int64_t>(items.first)),
                         Value::integer(static_cast<std::int64_t>(items.count)), Value(seed), Value::list(constants)};
  all.insert(all.end(), columns.begin(), columns.end());
  return all;
}

std::vector<ResultArgument> Work::results() const {
  std::vector<ResultArgument> results;
  each_result(positional, keywords,
              [&](const Value& value) { results.push_back(*value.share_opaque<ResultArgument>()); });
  return results;
}

void Work::resolve() {
  for (Value& value : positional) value = resolved(value);
  for (auto& [name, value] : keywords) value = resolved(value);
}

wire::Packed Work::pack(std::size_t inline_bytes) const {
  return wire::pack(wire::CallParts{op, name, positional, keywords, code ? &*code : nullptr, signature, keep, waiting},
                    inline_bytes);
}

wire::Packed Work::pack(scheduling::Items items, std::uint64_t seed, const std::vector<Value>& columns,
                        std::size_t inline_bytes) const {
  const std::vector<Value> all = map_arguments(items, seed, List(positional.begin(), positional.end()), columns);
  return wire::pack(wire::CallParts{wire::Op::map, name, all, {}, code ? &*code : nullptr, signature, {}, waiting},
                    inline_bytes);
}

void MapItems::add(std::vector<Value> columns, std::uint64_t count) {
  blocks_.emplace(size_, std::pair(count, std::move(columns)));
  size_ += count;
}

std::vector<Value> MapItems::part(scheduling::Items items) const {
  auto block = std::prev(blocks_.upper_bound(items.first));
  const auto& [first, content] = *block;
  if (items.end() <= first + content.first) return parts_of(content.second, items.first - first, items.count);
  std::vector<List> lists(content.second.size());
  for (; block != blocks_.end() && block->first < items.end(); ++block) {
    const std::uint64_t from = std::max(items.first, block->first) - block->first;
    const std::uint64_t count = std::min(items.end() - block->first, block->second.first) - from;
    for (std::size_t i = 0; i < lists.size(); ++i)
      for (Value& item : part_of(block->second.second[i], from, count).elements()) lists[i].push_back(std::move(item));
  }
  std::vector<Value> parts;
  for (List& list : lists) parts.push_back(Value::list(std::move(list)));
  return parts;
}

void MapItems::drop_below(std::uint64_t item) {
  while (!blocks_.empty() && blocks_.begin()->first + blocks_.begin()->second.first <= item)
    blocks_.erase(blocks_.begin());
}

}  // namespace enginery
