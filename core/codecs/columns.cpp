// core/codecs/columns.cpp: lists that are kept in columns.
//
// A list that came in columns (core/enginery/columns.hpp) stays in them until somebody needs its items as objects. One
// item that is asked for is made then, and kept in `given`: whoever has it may change it, and the change must be seen
// in the list. A change of the list itself, or a look at all its items, expands it: the items are made, the columns are
// dropped, and from then on it is a list as any other. Code that can use columns (codecs, slices, comparison, the wire)
// asks for them first, and gets none if an item that was given out has been changed since.
#include <enginery/columns.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <mutex>

#include "core/values/allocation_limit.hpp"
#include "core/values/dtype.hpp"
#include "core/values/objects.hpp"

namespace enginery {
namespace {

/// The axis along which the items of a column lie.
std::size_t axis_of(const Array& column) { return column.order() == Order::row_major ? 0 : column.ndim() - 1; }

std::vector<std::int64_t> item_shape(const Array& column) {
  std::vector<std::int64_t> shape(column.shape().begin(), column.shape().end());
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis_of(column)));
  return shape;
}

/// Are these the columns of `count` items, each of which holds a number?
bool is_columns(std::size_t count, const Value& columns) {
  const auto fits = [&](const Value& part) { return is_columns(count, part); };
  switch (columns.kind()) {
    case Kind::array: {
      const Array& column = contents<ArrayObject>(columns);
      return column.ndim() > 0 && column.size() >= count &&
             column.shape()[axis_of(column)] == static_cast<std::int64_t>(count);
    }
    case Kind::tuple:
      return columns.size() > 0 && std::ranges::all_of(contents<TupleObject>(columns), fits);
    case Kind::dict: {
      const Dict& parts = contents<DictObject>(columns);
      return parts.size() > 0 &&
             std::all_of(parts.begin(), parts.end(), [&](const auto& part) { return fits(part.value); });
    }
    default:
      return false;
  }
}

/// `f` of each array, in a tree of the same form.
template <class F>
Value mapped(const Value& columns, const F& f) {
  if (columns.kind() == Kind::array) return f(contents<ArrayObject>(columns));
  if (columns.kind() == Kind::tuple) {
    List parts;
    parts.reserve(columns.size());
    for (const Value& part : contents<TupleObject>(columns)) parts.push_back(mapped(part, f));
    return Value::tuple(std::move(parts));
  }
  Dict parts;
  parts.reserve(columns.size());
  for (const auto& [key, part] : contents<DictObject>(columns)) parts.set(key, mapped(part, f));
  return Value::dict(std::move(parts));
}

/// Item `index`.
Value made(const Value& columns, std::size_t index) {
  return mapped(columns, [index](const Array& column) {
    if (column.ndim() == 1) return column.item(index);
    Array item(column.dtype(), item_shape(column), column.order());
    std::memcpy(item.mutable_data(), column.data() + index * item.nbytes(), item.nbytes());
    return Value::array(std::move(item));
  });
}

/// Can nobody change an item? Tuples of numbers are so.
bool is_immutable(const Value& columns) {
  if (columns.kind() == Kind::tuple) return std::ranges::all_of(contents<TupleObject>(columns), is_immutable);
  return columns.kind() == Kind::array && contents<ArrayObject>(columns).ndim() == 1;
}

/// An array of the items of `column` and no others: `count` of them.
Array like(const Array& column, std::size_t count) {
  std::vector<std::int64_t> shape(column.shape().begin(), column.shape().end());
  shape[axis_of(column)] = static_cast<std::int64_t>(count);
  return Array(column.dtype(), shape, column.order());
}

Value taken(const Value& columns, std::int64_t start, std::int64_t step, std::int64_t count) {
  return mapped(columns, [&](const Array& column) {
    Array part = like(column, static_cast<std::size_t>(count));
    const std::int64_t item = static_cast<std::int64_t>(part.nbytes()) / std::max<std::int64_t>(count, 1);
    std::byte* to = part.mutable_data();
    if (step == 1)
      std::memcpy(to, column.data() + start * item, part.nbytes());
    else
      for (std::int64_t i = 0; i < count; ++i, to += item)
        std::memcpy(to, column.data() + (start + i * step) * item, static_cast<std::size_t>(item));
    return Value::array(std::move(part));
  });
}

/// Each array of the first, in the order of a walk over the tree.
void collect(const Value& columns, std::vector<const Array*>& arrays) {
  if (columns.kind() == Kind::array)
    arrays.push_back(&contents<ArrayObject>(columns));
  else if (columns.kind() == Kind::tuple)
    for (const Value& part : contents<TupleObject>(columns)) collect(part, arrays);
  else
    for (const auto& [key, part] : contents<DictObject>(columns)) collect(part, arrays);
}

/// Have both the same tuples and dicts, and in them what `alike` takes for the same?
template <class Alike>
bool is_same_tree(const Value& a, const Value& b, const Alike& alike) {
  const auto parts = [&](const Value& x, const Value& y) { return is_same_tree(x, y, alike); };
  const auto entries = [&](const Dict::Entry& x, const Dict::Entry& y) {
    return Value::equal(x.key, y.key) && parts(x.value, y.value);
  };
  if (a.kind() != b.kind()) return false;
  if (a.kind() == Kind::tuple) return std::ranges::equal(contents<TupleObject>(a), contents<TupleObject>(b), parts);
  if (a.kind() != Kind::dict) return alike(a, b);
  const Dict &left = contents<DictObject>(a), &right = contents<DictObject>(b);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), entries);
}

/// Is nothing changed, not even the type of a number? NaN is NaN here.
bool is_same(const Value& a, const Value& b) {
  return is_same_tree(a, b, [](const Value& x, const Value& y) {
    if (x.kind() == Kind::real)
      return std::bit_cast<std::uint64_t>(contents<RealObject>(x)) ==
             std::bit_cast<std::uint64_t>(contents<RealObject>(y));
    if (x.kind() != Kind::array) return x.repr() == y.repr();
    const Array &left = contents<ArrayObject>(x), &right = contents<ArrayObject>(y);
    return left.dtype() == right.dtype() && left.order() == right.order() &&
           std::ranges::equal(left.shape(), right.shape()) &&
           std::memcmp(left.data(), right.data(), left.nbytes()) == 0;
  });
}

/// Do both make items of one form?
bool is_alike(const Value& a, const Value& b) {
  return is_same_tree(a, b, [](const Value& x, const Value& y) {
    const Array &left = contents<ArrayObject>(x), &right = contents<ArrayObject>(y);
    return left.order() == right.order() && item_shape(left) == item_shape(right);
  });
}

/// Guards all lists in columns. One mutex does: making an item takes little time, and few threads want items at once.
std::mutex& guard() {
  static std::mutex* const mutex = new std::mutex;  // never freed, as plugins may outlive static destructors
  return *mutex;
}

}  // namespace

/// An item that was given out may have been changed since, so `given` is asked before the columns.
struct ListObject::InColumns {
  std::size_t count;
  Value columns;
  std::map<std::size_t, Value> given;

  Value item(std::size_t index) const {
    const auto found = given.find(index);
    return found == given.end() ? made(columns, index) : found->second;
  }
};

ListObject::ListObject(List items) : Object(Kind::list), items_(std::move(items)) {}
ListObject::ListObject(std::size_t count, Value columns)
    : Object(Kind::list), in_columns_(new InColumns{count, std::move(columns), {}}) {}
ListObject::~ListObject() { delete in_columns_.load(); }

std::size_t ListObject::size() const {
  if (in_columns_.load(std::memory_order_acquire)) {
    const std::lock_guard lock(guard());
    if (const InColumns* const in = in_columns_.load()) return in->count;
  }
  return items_.size();
}

template <class F>
Value ListObject::item_by(std::size_t index, F f) const {
  if (in_columns_.load(std::memory_order_acquire)) {
    const std::lock_guard lock(guard());
    if (InColumns* const in = in_columns_.load()) return f(*in);
  }
  return items_[index];
}

Value ListObject::item(std::size_t index) const {
  return item_by(index, [index](InColumns& in) {
    Value item = in.item(index);
    in.given.try_emplace(index, item);
    return item;
  });
}

Value ListObject::seen(std::size_t index) const {
  return item_by(index, [index](InColumns& in) { return in.item(index); });
}

List ListObject::elements() const {
  if (const std::optional<Value> all = columns(); all && is_immutable(*all)) {
    List items;
    const std::size_t count = size();
    items.reserve(count);
    for (std::size_t i = 0; i < count; ++i) items.push_back(seen(i));
    return items;
  }
  if (!plain()) expand();  // for a change of an item to be seen in this list
  return items_;
}

std::optional<Value> ListObject::columns() const {
  if (!in_columns_.load(std::memory_order_acquire)) return std::nullopt;
  const std::lock_guard lock(guard());
  const InColumns* const in = in_columns_.load();
  if (!in) return std::nullopt;
  if (!is_immutable(in->columns))
    for (const auto& [index, item] : in->given)
      if (!is_same(item, made(in->columns, index))) return std::nullopt;
  return in->columns;
}

std::optional<Value> ListObject::sliced(std::int64_t start, std::int64_t step, std::int64_t count) const {
  const std::optional<Value> all = columns();
  if (!all || !is_immutable(*all)) return std::nullopt;
  return Value::adopt(new ListObject(static_cast<std::size_t>(count), taken(*all, start, step, count)));
}

void ListObject::expand() const {
  const std::lock_guard lock(guard());
  const InColumns* const in = in_columns_.load();
  if (!in) return;
  AllocationLimit::charge(in->count * (sizeof(Value) + sizeof(TupleObject)));
  List items;
  items.reserve(in->count);
  for (std::size_t i = 0; i < in->count; ++i) items.push_back(in->item(i));
  items_ = std::move(items);
  in_columns_.store(nullptr, std::memory_order_release);
  delete in;
}

std::optional<bool> equal_in_columns(const Value& a, const Value& b) {
  const std::optional<Value> left = detail::columns_of(a), right = left ? detail::columns_of(b) : std::nullopt;
  if (!right || !is_alike(*left, *right)) return std::nullopt;
  return Value::equal(*left, *right);
}

namespace detail {

std::optional<Value> list_of_columns(std::size_t count, Value columns) {
  if (!is_columns(count, columns)) return std::nullopt;
  return Value::adopt(new ListObject(count, std::move(columns)));
}

std::optional<Value> rows_or_columns(const Value& value) {
  if (value.kind() != Kind::array) return columns_of(value);
  const Array& array = contents<ArrayObject>(value);
  if (array.ndim() < 2) return std::nullopt;
  return array.order() == Order::row_major ? value : Value::array(array.ordered(Order::row_major));
}

std::optional<Value> columns_of(const Value& list) {
  if (list.kind() != Kind::list) return std::nullopt;
  return static_cast<const ListObject*>(list.object())->columns();
}

std::optional<Value> part_of_columns(const Value& list, std::size_t start, std::size_t count) {
  const std::optional<Value> columns = columns_of(list);
  if (!columns) return std::nullopt;
  return list_of_columns(count, taken(*columns, static_cast<std::int64_t>(start), 1, static_cast<std::int64_t>(count)));
}

std::optional<Value> joined_columns(std::span<const Value> lists) {
  std::vector<Value> trees;
  std::vector<std::vector<const Array*>> arrays;
  std::size_t count = 0;
  for (const Value& list : lists) {
    std::optional<Value> columns = columns_of(list);
    if (!columns || (!trees.empty() && !is_alike(trees.front(), *columns))) return std::nullopt;
    trees.push_back(*std::move(columns));
    collect(trees.back(), arrays.emplace_back());
    for (std::size_t i = 0; i < arrays.back().size(); ++i)
      if (arrays.back()[i]->dtype() != arrays.front()[i]->dtype()) return std::nullopt;
    count += list.size();
  }
  if (trees.empty()) return std::nullopt;
  std::size_t index = 0;
  return list_of_columns(count, mapped(trees.front(), [&](const Array& column) {
                           Array all = like(column, count);
                           std::byte* to = all.mutable_data();
                           for (const std::vector<const Array*>& parts : arrays) {
                             std::memcpy(to, parts[index]->data(), parts[index]->nbytes());
                             to += parts[index]->nbytes();
                           }
                           ++index;
                           return Value::array(std::move(all));
                         }));
}

const Value* column_at(const Value& columns, std::size_t index, std::size_t of) {
  return columns.kind() == Kind::tuple && columns.size() == of ? &contents<TupleObject>(columns)[index] : nullptr;
}

const Value* column_at(const Value& columns, std::string_view name, std::size_t of) {
  if (columns.kind() != Kind::dict || columns.size() != of) return nullptr;
  return contents<DictObject>(columns).find(name);
}

std::optional<Array> column_as(const Value& column, DType dtype, std::size_t count, std::span<const std::int64_t> shape,
                               Order order) {
  if (column.kind() != Kind::array) return std::nullopt;
  const Array& array = contents<ArrayObject>(column);
  if (array.order() != order && array.ndim() > 1) return std::nullopt;
  if (!std::ranges::equal(item_shape(array), shape) || !is_columns(count, column)) return std::nullopt;
  if (array.dtype() == dtype) return array;
  // A number alone says by its kind what it may become; elements of an array are looked at.
  const auto kind = [](DType of) {
    return class_of(of) == NumberClass::unsigned_integer ? NumberClass::integer : class_of(of);
  };
  if (shape.empty() && (kind(array.dtype()) > kind(dtype) || kind(dtype) == NumberClass::boolean)) return std::nullopt;
  try {
    return array.narrowed(dtype);
  } catch (const Error&) {
    return std::nullopt;  // the caller then takes the items one by one, and that error says which item it is
  }
}

}  // namespace detail
}  // namespace enginery
