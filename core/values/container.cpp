// core/values/container.cpp: Python's container protocol: len, subscripts, slices, iteration, truth.
#include <algorithm>
#include <limits>

#include "core/values/objects.hpp"

namespace enginery {
namespace {

/// Where the index leads in a sequence of `size`. IndexError as Python words it.
std::size_t resolve(const Value& key, std::size_t size, const char* what) {
  if (!is_integral(key))
    throw TypeError(std::string(what) + " indices must be integers or slices, not " + key.type_name());
  const std::int64_t index = integral(key), count = static_cast<std::int64_t>(size);
  if (index >= count || index < -count)
    throw IndexError(std::string(what) + " index out of range: " + std::to_string(index) + " in one of length " +
                     std::to_string(size));
  return static_cast<std::size_t>(index < 0 ? index + count : index);
}

/// What a slice names of `size` items: count of them, from start, step apart.
struct Span {
  std::int64_t start, step, count;
};

Span resolve_slice(std::optional<std::int64_t> start, std::optional<std::int64_t> stop, std::optional<std::int64_t> by,
                   std::size_t size) {
  std::int64_t step = by.value_or(1);
  if (step == 0) throw ValueError("slice step cannot be zero");
  step = std::max(step, -std::numeric_limits<std::int64_t>::max());
  const std::int64_t count = static_cast<std::int64_t>(size);
  const std::int64_t lowest = step < 0 ? -1 : 0, highest = step < 0 ? count - 1 : count;
  const auto place = [&](std::optional<std::int64_t> given, std::int64_t otherwise) {
    if (!given) return otherwise;
    return std::clamp(*given < 0 ? *given + count : *given, lowest, highest);
  };
  const std::int64_t from = place(start, step < 0 ? highest : lowest), to = place(stop, step < 0 ? lowest : highest);
  const std::int64_t distance = step < 0 ? from - to : to - from;
  const std::int64_t stride = step < 0 ? -step : step;
  return {from, step, distance <= 0 ? 0 : (distance - 1) / stride + 1};
}

template <class Sequence>
Sequence pick(const Sequence& sequence, const Span& span) {
  Sequence result;
  result.reserve(static_cast<std::size_t>(span.count));
  for (std::int64_t i = 0; i < span.count; ++i)
    result.push_back(sequence[static_cast<std::size_t>(span.start + i * span.step)]);
  return result;
}

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> result;
  while (!text.empty()) {
    result.push_back(text.substr(0, character_length(text)));
    text.remove_prefix(result.back().size());
  }
  return result;
}

Value byte_at(const std::string& bytes, std::size_t index) {
  return Value::integer(static_cast<unsigned char>(bytes[index]));
}

std::size_t rows_of(const Array& array) {
  if (array.ndim() == 0) throw TypeError("len() of unsized object: the array has no dimensions");
  return static_cast<std::size_t>(array.shape()[0]);
}

/// What array[index] is: an element of a 1-d array, else the part of one dimension less.
Value row_or_element(const Array& array, std::size_t index) {
  return array.ndim() == 1 ? array.item(index) : Value::array(array.row(static_cast<std::int64_t>(index)));
}

/// The row-major number of the element that `keys`, one per axis, name.
std::size_t element_number(const Array& array, const List& keys) {
  std::size_t number = 0;
  for (std::size_t axis = 0; axis < keys.size(); ++axis) {
    const std::size_t extent = static_cast<std::size_t>(array.shape()[axis]);
    number = number * extent + resolve(keys[axis], extent, "array");
  }
  return number;
}

void check_dimensions(const Array& array, std::size_t keys) {
  if (keys > array.ndim())
    throw IndexError("too many indices for array: it has " + std::to_string(array.ndim()) + " dimensions, but " +
                     std::to_string(keys) + " were indexed");
}

Value array_at(const Array& array, const Value& key) {
  if (key.kind() != Kind::tuple) {
    check_dimensions(array, 1);
    return row_or_element(array, resolve(key, rows_of(array), "array"));
  }
  const List& keys = items_of(key);
  check_dimensions(array, keys.size());
  if (keys.size() == array.ndim()) return array.item(element_number(array, keys));
  Value part = Value::array(array);
  for (const Value& index : keys) part = array_at(contents<ArrayObject>(part), index);
  return part;
}

void array_set(Array& array, const Value& key, const Value& value) {
  const List keys = key.kind() == Kind::tuple ? items_of(key) : List{key};
  check_dimensions(array, keys.size());
  if (keys.size() != array.ndim())
    throw TypeError("assigning to a part of an array is not supported: give one index for each of its " +
                    std::to_string(array.ndim()) + " dimensions, or apply a task to it");
  array.set_item(element_number(array, keys), value);
}

}  // namespace

std::size_t Value::size() const {
  switch (kind()) {
    case Kind::string:
      return count_characters(contents<StringObject>(*this));
    case Kind::bytes:
      return contents<BytesObject>(*this).size();
    case Kind::list:
    case Kind::tuple:
      return items_of(*this).size();
    case Kind::dict:
      return contents<DictObject>(*this).size();
    case Kind::array:
      return rows_of(contents<ArrayObject>(*this));
    default:
      throw TypeError("object of type '" + type_name() + "' has no len()");
  }
}

Value Value::at(const Value& key) const {
  switch (kind()) {
    case Kind::string: {
      const std::string& text = contents<StringObject>(*this);
      const std::vector<std::string_view> all = characters(text);
      return string(std::string(all[resolve(key, all.size(), "string")]));
    }
    case Kind::bytes: {
      const std::string& data = contents<BytesObject>(*this);
      return byte_at(data, resolve(key, data.size(), "bytes"));
    }
    case Kind::list:
    case Kind::tuple: {
      const List& items = items_of(*this);
      return items[resolve(key, items.size(), kind() == Kind::list ? "list" : "tuple")];
    }
    case Kind::dict:
      return contents<DictObject>(*this).at(key);
    case Kind::array:
      return array_at(contents<ArrayObject>(*this), key);
    default:
      throw TypeError("'" + type_name() + "' object is not subscriptable");
  }
}

Value Value::slice(std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
                   std::optional<std::int64_t> step) const {
  switch (kind()) {
    case Kind::string: {
      const std::vector<std::string_view> all = characters(contents<StringObject>(*this));
      std::string text;
      for (const std::string_view character : pick(all, resolve_slice(start, stop, step, all.size())))
        text += character;
      return string(std::move(text));
    }
    case Kind::bytes: {
      const std::string& data = contents<BytesObject>(*this);
      return bytes(pick(data, resolve_slice(start, stop, step, data.size())));
    }
    case Kind::list:
      return list(pick(items_of(*this), resolve_slice(start, stop, step, size())));
    case Kind::tuple:
      return tuple(pick(items_of(*this), resolve_slice(start, stop, step, size())));
    case Kind::array: {
      const Span span = resolve_slice(start, stop, step, size());
      return array(contents<ArrayObject>(*this).take(span.start, span.step, span.count));
    }
    default:
      throw TypeError("'" + type_name() + "' object cannot be sliced; slice a list, tuple, str, bytes or array");
  }
}

void Value::set_item(const Value& key, const Value& value) const {
  switch (kind()) {
    case Kind::list: {
      List& items = contents<ListObject>(*this);
      Value before = std::exchange(items[resolve(key, items.size(), "list assignment")], value);
      return;
    }
    case Kind::dict:
      return contents<DictObject>(*this).set(key, value);
    case Kind::array:
      return array_set(contents<ArrayObject>(*this), key, value);
    default:
      throw TypeError("'" + type_name() + "' object does not support item assignment");
  }
}

void Value::delete_item(const Value& key) const {
  if (kind() == Kind::list) {
    List& items = contents<ListObject>(*this);
    const auto at = items.begin() + static_cast<std::ptrdiff_t>(resolve(key, items.size(), "list assignment"));
    const Value before = *at;
    items.erase(at);
  } else if (kind() == Kind::dict) {
    if (!contents<DictObject>(*this).erase(key)) throw KeyError(key.repr());
  } else {
    throw TypeError("'" + type_name() + "' object doesn't support item deletion");
  }
}

void Value::append(Value value) const { as_list().push_back(std::move(value)); }

bool Value::contains(const Value& element) const {
  switch (kind()) {
    case Kind::string:
      if (element.kind() != Kind::string)
        throw TypeError("'in <string>' requires string as left operand, not " + element.type_name());
      return contents<StringObject>(*this).find(contents<StringObject>(element)) != std::string::npos;
    case Kind::dict:
      return contents<DictObject>(*this).contains(element);
    default:
      break;
  }
  const List all = elements();
  return std::any_of(all.begin(), all.end(),
                     [&](const Value& item) { return item.is(element) || equal(item, element); });
}

List Value::elements() const {
  List result;
  switch (kind()) {
    case Kind::list:
    case Kind::tuple:
      return items_of(*this);
    case Kind::string:
      for (const std::string_view character : characters(contents<StringObject>(*this)))
        result.push_back(string(std::string(character)));
      return result;
    case Kind::bytes:
      for (std::size_t i = 0; i < size(); ++i) result.push_back(byte_at(contents<BytesObject>(*this), i));
      return result;
    case Kind::dict:
      for (const auto& [key, value] : contents<DictObject>(*this)) result.push_back(key);
      return result;
    case Kind::array:
      result.reserve(size());
      for (std::size_t i = 0; i < size(); ++i) result.push_back(row_or_element(contents<ArrayObject>(*this), i));
      return result;
    default:
      throw TypeError("'" + type_name() + "' object is not iterable");
  }
}

bool Value::truth() const {
  switch (kind()) {
    case Kind::none:
      return false;
    case Kind::boolean:
    case Kind::integer:
      return integral(*this) != 0;
    case Kind::real:
      return contents<RealObject>(*this) != 0;
    case Kind::complex:
      return contents<ComplexObject>(*this) != 0.0;
    case Kind::string:
      return !contents<StringObject>(*this).empty();
    case Kind::bytes:
    case Kind::list:
    case Kind::tuple:
    case Kind::dict:
      return size() != 0;
    case Kind::array: {
      const Array& array = contents<ArrayObject>(*this);
      if (array.size() > 1)
        throw ValueError(
            "The truth value of an array with more than one element is ambiguous; compare its size or an "
            "element");
      return array.size() == 1 && array.item(0).truth();
    }
    case Kind::reference:
    case Kind::function:
    case Kind::module:
    case Kind::opaque:
      return true;
  }
  return true;
}

}  // namespace enginery
