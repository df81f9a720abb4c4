// core/language/builtin_sequences.cpp: len, range, sorted and their like.
#include <algorithm>

#include <fmt/format.h>

#include "core/language/builtins.hpp"
#include "core/language/evaluation.hpp"
#include "core/values/allocation_limit.hpp"
#include "core/values/objects.hpp"

namespace enginery::evaluator {
namespace {

/// key(item), or the item itself.
Value keyed(Evaluation& evaluation, const Value& key, const Value& item) {
  if (key.is_none()) return item;
  Arguments arguments{evaluation, {}, {item}, {}};
  return evaluation.call(key, arguments);
}

/// If the only argument is a vector, the array's method of the same name does the work, without a Value for each
/// element.
std::optional<Value> by_array(Arguments& arguments) {
  if (arguments.size() != 1 || !arguments.keywords.empty() || arguments[0].kind() != Kind::array) return std::nullopt;
  if (arguments[0].as_array().ndim() != 1) return std::nullopt;
  const Value self = arguments[0];
  arguments.positional.clear();
  return (*find_method(self, arguments.function))(self, arguments);
}

Value extreme(Arguments& arguments, Ordering wins) {
  if (std::optional<Value> found = by_array(arguments)) return *found;
  const Value key = arguments.take("key").value_or(Value());
  const std::optional<Value> fallback = arguments.take("default");
  arguments.expect(1, std::max<std::size_t>(1, arguments.size()));
  if (fallback && arguments.size() > 1)
    throw TypeError(
        fmt::format("Cannot specify a default for {}() with multiple positional arguments", arguments.function));
  const List items = arguments.size() == 1 ? arguments[0].elements() : arguments.positional;
  if (items.empty()) {
    if (fallback) return *fallback;
    throw ValueError(fmt::format("{}() arg is an empty sequence; give it a default=", arguments.function));
  }
  Value best = items.front(), best_key = keyed(arguments.evaluation, key, best);
  for (std::size_t i = 1; i < items.size(); ++i) {
    Value candidate = keyed(arguments.evaluation, key, items[i]);
    if (!Value::ordered(wins, candidate, best_key)) continue;
    best = items[i];
    best_key = std::move(candidate);
  }
  return best;
}

void add_pair(Dict& dict, const Value& pair, std::size_t index) {
  List parts;
  try {
    parts = pair.elements();
  } catch (const TypeError&) {
    throw TypeError(fmt::format("cannot convert dictionary update sequence element #{} to a sequence", index));
  }
  if (parts.size() != 2)
    throw ValueError(
        fmt::format("dictionary update sequence element #{} has length {}; 2 is required", index, parts.size()));
  dict.set(parts[0], parts[1]);
}

}  // namespace

void sort(List& items, Arguments& arguments) {
  const Value key = arguments.take("key").value_or(Value());
  const std::optional<Value> reverse = arguments.take("reverse");
  const bool descending = reverse && (is_integral(*reverse) ? reverse->truth() : index_of(*reverse) != 0);
  arguments.expect(0, arguments.size());
  const auto before = [&](const Value& a, const Value& b) {
    return descending ? Value::ordered(Ordering::less, b, a) : Value::ordered(Ordering::less, a, b);
  };
  if (key.is_none()) return std::stable_sort(items.begin(), items.end(), before);
  std::vector<std::pair<Value, Value>> pairs;
  for (const Value& item : items) pairs.emplace_back(keyed(arguments.evaluation, key, item), item);
  std::stable_sort(pairs.begin(), pairs.end(), [&](const auto& a, const auto& b) { return before(a.first, b.first); });
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = pairs[i].second;
}

void update(Dict& dict, Arguments& arguments) {
  const auto keywords = std::exchange(arguments.keywords, {});
  arguments.expect(0, 1);
  if (arguments.has(0)) {
    if (arguments[0].kind() == Kind::dict) {
      for (const auto& [key, value] : Dict(arguments[0].as_dict())) dict.set(key, value);
    } else {
      std::size_t index = 0;
      for (const Value& pair : arguments[0].elements()) add_pair(dict, pair, index++);
    }
  }
  for (const auto& [name, value] : keywords) dict.set(Value::string(name), value);
}

namespace {

Value len(Arguments& arguments) { return Value::integer(arguments[0].size()); }

Value range(Arguments& arguments) {
  const Whole start = arguments.size() > 1 ? whole_of(arguments[0]) : 0;
  const Whole stop = whole_of(arguments[arguments.size() > 1 ? 1 : 0]);
  const Whole step = arguments.has(2) ? whole_of(arguments[2]) : 1;
  if (step == 0) throw ValueError("range() arg 3 must not be zero");
  const Whole distance = step > 0 ? stop - start : start - stop;
  const Whole stride = step > 0 ? step : -step;
  const Whole count = distance <= 0 ? 0 : (distance - 1) / stride + 1;
  constexpr std::size_t kBytesEach = sizeof(Value) + sizeof(IntegerObject);
  constexpr Whole kCountable = 1LL << 57;  // so that the number of bytes fits, too
  AllocationLimit::charge(static_cast<std::size_t>(std::min(count, kCountable)) * kBytesEach);
  List numbers;
  numbers.reserve(static_cast<std::size_t>(count));
  for (Whole i = 0; i < count; ++i) numbers.push_back(integer_value(start + i * step));
  return Value::list(std::move(numbers));
}

Value sum(Arguments& arguments) {
  if (std::optional<Value> total = by_array(arguments)) return *total;
  arguments.expect(1, 2, std::array<std::string_view, 2>{"iterable", "start"});
  Value total = arguments.has(1) ? arguments[1] : Value::integer(0);
  if (total.kind() == Kind::string) throw TypeError("sum() can't sum strings [use ''.join(seq) instead]");
  if (total.kind() == Kind::bytes) throw TypeError("sum() can't sum bytes; join them with +");
  for (const Value& item : arguments[0].elements()) total = Value::binary(Operator::add, total, item);
  return total;
}

Value min(Arguments& arguments) { return extreme(arguments, Ordering::less); }
Value max(Arguments& arguments) { return extreme(arguments, Ordering::greater); }

Value all(Arguments& arguments) { return Value::boolean(std::ranges::all_of(arguments[0].elements(), &Value::truth)); }

Value any(Arguments& arguments) { return Value::boolean(std::ranges::any_of(arguments[0].elements(), &Value::truth)); }

Value enumerate(Arguments& arguments) {
  Whole number = arguments.has(1) ? whole_of(arguments[1]) : 0;
  List pairs;
  for (const Value& item : arguments[0].elements()) {
    AllocationLimit::charge(sizeof(TupleObject) + sizeof(IntegerObject) + 3 * sizeof(Value));
    if (!is_int(number)) throw OverflowError(std::string("enumerate() counts beyond an int of 64 bits") + kIntRange);
    pairs.push_back(Value::tuple({integer_value(number++), item}));
  }
  return Value::list(std::move(pairs));
}

Value zip(Arguments& arguments) {
  const bool strict = arguments.take("strict").value_or(false).truth();
  arguments.expect(0, arguments.size());
  std::vector<List> columns;
  for (const Value& column : arguments.positional) columns.push_back(column.elements());
  const auto shorter = [](const List& a, const List& b) { return a.size() < b.size(); };
  const std::size_t rows = columns.empty() ? 0 : std::min_element(columns.begin(), columns.end(), shorter)->size();
  if (strict && std::any_of(columns.begin(), columns.end(), [&](const List& column) { return column.size() > rows; }))
    throw ValueError("zip() arguments are not of one length");
  AllocationLimit::charge(rows * (sizeof(TupleObject) + (columns.size() + 1) * sizeof(Value)));
  List result;
  for (std::size_t row = 0; row < rows; ++row) {
    List tuple;
    for (const List& column : columns) tuple.push_back(column[row]);
    result.push_back(Value::tuple(std::move(tuple)));
  }
  return Value::list(std::move(result));
}

Value sorted(Arguments& arguments) {
  if (arguments.size() != 1) arguments.expect(1, 1);
  List items = arguments[0].elements();
  sort(items, arguments);
  return Value::list(std::move(items));
}

Value reversed(Arguments& arguments) {
  List items = arguments[0].elements();
  std::reverse(items.begin(), items.end());
  return Value::list(std::move(items));
}

Value to_list(Arguments& arguments) { return Value::list(arguments.has(0) ? arguments[0].elements() : List()); }

Value to_tuple(Arguments& arguments) {
  if (arguments.has(0) && arguments[0].kind() == Kind::tuple) return arguments[0];
  return Value::tuple(arguments.has(0) ? arguments[0].elements() : List());
}

Value to_dict(Arguments& arguments) {
  Dict dict;
  update(dict, arguments);
  return Value::dict(std::move(dict));
}

constexpr Builtin kSequenceBuiltins[] = {
    {"all", all, {1, 1}, "all(xs): whether all are true"},
    {"any", any, {1, 1}, "any(xs): whether one is true"},
    {"dict", to_dict, {}, "dict(pairs, key=value, ...)", true},
    {"enumerate", enumerate, {1, 2, {"iterable", "start"}}, "enumerate(xs, start=0): a list of (index, x)"},
    {"len", len, {1, 1}, "len(x): how many items or characters"},
    {"list", to_list, {0, 1}, "list(xs): a list", true},
    {"max", max, {}, "max(xs, key=f, default=x), max(a, b, ...)"},
    {"min", min, {}, "min(xs, key=f, default=x), min(a, b, ...)"},
    {"range", range, {1, 3}, "range(stop), range(start, stop, step=1): a list of ints"},
    {"reversed", reversed, {1, 1}, "reversed(xs): a list"},
    {"sorted", sorted, {}, "sorted(xs, key=f, reverse=False): a list"},
    {"sum", sum, {}, "sum(xs, start=0)"},
    {"tuple", to_tuple, {0, 1}, "tuple(xs): a tuple", true},
    {"zip", zip, {}, "zip(xs, ys, ...): a list of tuples"},
};

}  // namespace

std::span<const Builtin> sequence_builtins() { return kSequenceBuiltins; }

}  // namespace enginery::evaluator
