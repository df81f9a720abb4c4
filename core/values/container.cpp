// core/values/container.cpp: Python's container protocol: len, subscripts, slices, iteration, truth.
#include <algorithm>
#include <limits>

#include "core/values/allocation_limit.hpp"
#include "core/values/characters.hpp"
#include "core/values/objects.hpp"
#include "core/values/subscript.hpp"

namespace enginery {
namespace {

/// The position that the index names in a sequence of `size`. IndexError in Python's words.
std::size_t index_of(const Value& key, std::size_t size, const char* what) {
  if (!is_integral(key))
    throw TypeError(std::string(what) + " indices must be integers or slices, not " + key.type_name());
  const Whole index = integral(key), count = static_cast<Whole>(size);
  if (index >= count || index < -count)
    throw IndexError(std::string(what) + " index out of range: " + integer_text(index) + " in one of length " +
                     std::to_string(size));
  return static_cast<std::size_t>(index < 0 ? index + count : index);
}

template <class Sequence>
Sequence pick(const Sequence& sequence, const Slice& slice) {
  const Stretch stretch = resolve(slice, sequence.size());
  AllocationLimit::charge(static_cast<std::size_t>(stretch.count) * sizeof(typename Sequence::value_type));
  Sequence result;
  result.reserve(static_cast<std::size_t>(stretch.count));
  for (std::int64_t i = 0; i < stretch.count; ++i)
    result.push_back(sequence[static_cast<std::size_t>(stretch.start + i * stretch.step)]);
  return result;
}

std::vector<std::string_view> characters(std::string_view text) {
  const std::size_t count = count_characters(text);
  AllocationLimit::charge(count * sizeof(std::string_view));
  std::vector<std::string_view> result;
  result.reserve(count);
  while (!text.empty()) result.push_back(take_character(text));
  return result;
}

std::string pick_characters(const std::string& text, const Slice& slice) {
  if (count_characters(text) == text.size()) return pick(text, slice);  // each is one byte
  std::string result;
  for (const std::string_view character : pick(characters(text), slice)) result += character;
  return result;
}

std::string_view character_at(std::string_view text, std::size_t index) {
  for (; index > 0; --index) take_character(text);
  return take_character(text);
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

/// Python checks the index before it checks whether the sequence can be changed.
void refuse_large_index(const Value& value, const Value& key) {
  const bool sequence = value.kind() == Kind::tuple || value.kind() == Kind::string || value.kind() == Kind::bytes;
  if (sequence && is_large(key)) throw IndexError("cannot fit " + key.repr() + " into an index");
}

}  // namespace

std::size_t Value::size() const {
  if (kind() == Kind::string) return count_characters(contents<StringObject>(*this));
  if (kind() == Kind::bytes) return contents<BytesObject>(*this).size();
  if (kind() == Kind::list || kind() == Kind::tuple) return ItemReader(*this).size();
  if (kind() == Kind::dict) return contents<DictObject>(*this).size();
  if (kind() == Kind::array) return rows_of(contents<ArrayObject>(*this));
  throw TypeError("object of type '" + type_name() + "' has no len()");
}

Value Value::at(const Value& key) const {
  if (kind() == Kind::string) {
    const std::string& text = contents<StringObject>(*this);
    return string(std::string(character_at(text, index_of(key, count_characters(text), "string"))));
  }
  if (kind() == Kind::bytes) return byte_at(contents<BytesObject>(*this), index_of(key, size(), "bytes"));
  if (kind() == Kind::list) return static_cast<const ListObject*>(object())->item(index_of(key, size(), "list"));
  if (kind() == Kind::tuple) return items_of(*this)[index_of(key, size(), "tuple")];
  if (kind() == Kind::dict) return contents<DictObject>(*this).at(key);
  if (kind() != Kind::array) throw TypeError("'" + type_name() + "' object is not subscriptable");
  const Subscript subscript(key);
  return array_at(contents<ArrayObject>(*this), std::span(&subscript, 1));
}

Value Value::slice(std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
                   std::optional<std::int64_t> step) const {
  const Slice slice{start, stop, step};
  if (kind() == Kind::string) return string(pick_characters(contents<StringObject>(*this), slice));
  if (kind() == Kind::bytes) return bytes(pick(contents<BytesObject>(*this), slice));
  if (kind() == Kind::tuple) return tuple(pick(items_of(*this), slice));
  if (kind() != Kind::list && kind() != Kind::array) refuse_slice(*this, "is not subscriptable");
  const Stretch part = resolve(slice, size());
  if (kind() == Kind::array) return array(contents<ArrayObject>(*this).take(part.start, part.step, part.count));
  const auto& object = *static_cast<const ListObject*>(this->object());
  if (const std::optional<Value> sliced = object.sliced(part.start, part.step, part.count)) return *sliced;
  return list(pick(items_of(*this), slice));
}

void Value::set_item(const Value& key, const Value& value) const {
  if (kind() == Kind::dict) return contents<DictObject>(*this).set(key, value);
  if (kind() == Kind::array) {
    const Subscript subscript(key);
    return array_set(contents<ArrayObject>(*this), std::span(&subscript, 1), value);
  }
  if (kind() != Kind::list) {
    refuse_large_index(*this, key);
    throw TypeError("'" + type_name() + "' object does not support item assignment");
  }
  List& items = contents<ListObject>(*this);
  const Value before = std::exchange(items[index_of(key, items.size(), "list assignment")], value);
}

void Value::delete_item(const Value& key) const {
  if (kind() == Kind::list) {
    List& items = contents<ListObject>(*this);
    const auto at = items.begin() + static_cast<std::ptrdiff_t>(index_of(key, items.size(), "list assignment"));
    const Value before = *at;
    items.erase(at);
  } else if (kind() == Kind::dict) {
    if (Dict& dict = contents<DictObject>(*this); !dict.erase(key)) throw_missing_key(dict, key);
  } else {
    if (kind() == Kind::array) throw ValueError("cannot delete array elements");
    refuse_large_index(*this, key);
    throw TypeError("'" + type_name() + "' object doesn't support item deletion");
  }
}

void Value::append(Value value) const { as_list().push_back(std::move(value)); }

bool Value::contains(const Value& element) const {
  if (kind() == Kind::dict) return contents<DictObject>(*this).contains(element);
  if (kind() == Kind::string) {
    if (element.kind() == Kind::string)
      return contents<StringObject>(*this).find(contents<StringObject>(element)) != std::string::npos;
    throw TypeError("'in <string>' requires string as left operand, not " + element.type_name());
  }
  return std::ranges::any_of(elements(), [&](const Value& item) { return item.is(element) || equal(item, element); });
}

List Value::elements() const {
  List result;
  const auto expect = [&](std::size_t count, std::size_t bytes_each) {
    std::size_t bytes;
    if (__builtin_mul_overflow(count, sizeof(Value) + bytes_each, &bytes))
      bytes = std::numeric_limits<std::size_t>::max();
    AllocationLimit::charge(bytes);
    result.reserve(count);
  };
  switch (kind()) {
    case Kind::list:
      expect(size(), 0);
      return static_cast<const ListObject*>(object())->elements();
    case Kind::tuple:
      expect(size(), 0);
      result = items_of(*this);
      return result;
    case Kind::string:
      expect(size(), sizeof(StringObject));
      for (std::string_view rest = contents<StringObject>(*this); !rest.empty();)
        result.push_back(string(std::string(take_character(rest))));
      return result;
    case Kind::bytes:
      expect(size(), sizeof(IntegerObject));
      for (std::size_t i = 0; i < size(); ++i) result.push_back(byte_at(contents<BytesObject>(*this), i));
      return result;
    case Kind::dict:
      expect(size(), 0);
      for (const auto& [key, value] : contents<DictObject>(*this)) result.push_back(key);
      return result;
    case Kind::array:
      expect(size(), contents<ArrayObject>(*this).ndim() > 1 ? sizeof(ArrayObject) : sizeof(ComplexObject));
      for (std::size_t i = 0; i < size(); ++i) result.push_back(row_or_element(contents<ArrayObject>(*this), i));
      return result;
    default:
      throw TypeError("'" + type_name() + "' object is not iterable");
  }
}

bool Value::truth() const {
  if (is_integral(*this)) return integral(*this) != 0;
  if (kind() == Kind::real) return contents<RealObject>(*this) != 0;
  if (kind() == Kind::complex) return contents<ComplexObject>(*this) != 0.0;
  if (kind() == Kind::string) return !contents<StringObject>(*this).empty();
  if (kind() >= Kind::bytes && kind() <= Kind::dict) return size() != 0;
  if (kind() != Kind::array) return !is_none();
  const Array& array = contents<ArrayObject>(*this);
  if (array.size() > 1)
    throw ValueError(
        "The truth value of an array with more than one element is ambiguous; compare its size or an element");
  return array.size() == 1 && array.item(0).truth();
}

}  // namespace enginery
