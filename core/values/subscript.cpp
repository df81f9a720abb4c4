// core/values/subscript.cpp: self[…] with indices, keys and slices.
#include "core/values/subscript.hpp"

#include <algorithm>
#include <limits>

#include "core/values/allocation_limit.hpp"
#include "core/values/objects.hpp"

namespace enginery {
namespace {

/// The slice, if nothing else stands between the brackets.
const Slice* only_slice(std::span<const Subscript> subscripts) {
  return subscripts.size() == 1 ? std::get_if<Slice>(&subscripts.front()) : nullptr;
}

/// The only part, if it is an index or a key; several parts are one tuple of them.
Value key_of(const Value& self, std::span<const Subscript> subscripts) {
  List keys;
  for (const Subscript& subscript : subscripts) {
    const Value* key = std::get_if<Value>(&subscript);
    if (!key && self.kind() >= Kind::string && self.kind() <= Kind::tuple)
      throw TypeError(self.type_name() + " indices must be integers or slices, not tuple");
    if (!key) refuse_slice(self, "is not subscriptable");
    keys.push_back(*key);
  }
  return keys.size() == 1 ? keys.front() : Value::tuple(std::move(keys));
}

List items_to_assign(const Value& value, const char* refusal) {
  try {
    return value.elements();  // a copy, since a list may be assigned to its own part
  } catch (const TypeError&) {
    throw TypeError(refusal + std::string(", not ") + value.type_name());
  }
}

/// Removes the stretch from the items. Returns what was removed, so that the caller destroys it when the list is whole
/// again: a destructor may run code that uses the list.
List cut(List& items, Stretch gone) {
  if (gone.step < 0) gone = {gone.start + (gone.count - 1) * gone.step, -gone.step, gone.count};
  List removed;
  if (gone.count <= 0) return removed;
  removed.reserve(static_cast<std::size_t>(gone.count));
  auto kept = items.begin() + gone.start;
  std::int64_t next = gone.start;
  for (auto item = kept; item != items.end(); ++item) {
    if (item - items.begin() == next) {
      removed.push_back(std::move(*item));
      // After the last one, a huge step would not fit into next.
      if (static_cast<std::int64_t>(removed.size()) < gone.count) next += gone.step;
    } else {
      *kept++ = std::move(*item);
    }
  }
  items.erase(kept, items.end());
  return removed;
}

/// items[slice] = value
void assign(List& items, const Slice& slice, const Value& value) {
  if (slice.step.value_or(1) == 1) {
    List given = items_to_assign(value, "can only assign an iterable");
    const Stretch part = resolve(slice, items.size());
    AllocationLimit::charge((items.size() + given.size()) * sizeof(Value));
    const List before = cut(items, part);
    items.insert(items.begin() + part.start, std::make_move_iterator(given.begin()),
                 std::make_move_iterator(given.end()));
    return;
  }
  const Stretch part = resolve(slice, items.size());  // first: a step of 0 is refused before the value is looked at
  List given = items_to_assign(value, "must assign iterable to extended slice");
  if (static_cast<std::int64_t>(given.size()) != part.count)
    throw ValueError("attempt to assign sequence of size " + std::to_string(given.size()) +
                     " to extended slice of size " + std::to_string(part.count));
  for (std::int64_t i = 0; i < part.count; ++i)
    given[static_cast<std::size_t>(i)].swap(items[static_cast<std::size_t>(part.start + i * part.step)]);
}

}  // namespace

void refuse_slice(const Value& self, const char* otherwise) {
  if (self.kind() == Kind::dict) throw TypeError("unhashable type: 'slice': a dict has keys, not positions");
  throw TypeError("'" + self.type_name() + "' object " + otherwise);
}

Stretch resolve(const Slice& slice, std::size_t size) {
  std::int64_t step = slice.step.value_or(1);
  if (step == 0) throw ValueError("slice step cannot be zero");
  step = std::max(step, -std::numeric_limits<std::int64_t>::max());
  const std::int64_t count = static_cast<std::int64_t>(size);
  const std::int64_t lowest = step < 0 ? -1 : 0, highest = step < 0 ? count - 1 : count;
  const auto place = [&](std::optional<std::int64_t> given, std::int64_t otherwise) {
    if (!given) return otherwise;
    return std::clamp(*given < 0 ? *given + count : *given, lowest, highest);
  };
  const std::int64_t from = place(slice.start, step < 0 ? highest : lowest);
  const std::int64_t to = place(slice.stop, step < 0 ? lowest : highest);
  const std::int64_t distance = step < 0 ? from - to : to - from;
  const std::int64_t stride = step < 0 ? -step : step;
  return {from, step, distance <= 0 ? 0 : (distance - 1) / stride + 1};
}

Value Value::at(std::span<const Subscript> subscripts) const {
  if (kind() == Kind::array) return array_at(contents<ArrayObject>(*this), subscripts);
  if (const Slice* slice = only_slice(subscripts)) return this->slice(slice->start, slice->stop, slice->step);
  return at(key_of(*this, subscripts));
}

void Value::set_item(std::span<const Subscript> subscripts, const Value& value) const {
  if (kind() == Kind::array) return array_set(contents<ArrayObject>(*this), subscripts, value);
  const Slice* slice = only_slice(subscripts);
  if (!slice) return set_item(key_of(*this, subscripts), value);
  if (kind() != Kind::list) refuse_slice(*this, "does not support item assignment");
  assign(contents<ListObject>(*this), *slice, value);
}

void Value::delete_item(std::span<const Subscript> subscripts) const {
  if (kind() == Kind::array) throw ValueError("cannot delete array elements");
  const Slice* slice = only_slice(subscripts);
  if (!slice) return delete_item(key_of(*this, subscripts));
  if (kind() != Kind::list) refuse_slice(*this, "doesn't support item deletion");
  List& items = contents<ListObject>(*this);
  const List before = cut(items, resolve(*slice, items.size()));
}

}  // namespace enginery
