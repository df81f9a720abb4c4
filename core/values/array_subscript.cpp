// core/values/array_subscript.cpp: array[…], to get and to set.
//
// There are two kinds of subscripts. Indices, slices and None name a part whose elements lie at regular distances in
// memory: a Layout. A mask or a list of indices chooses among the elements, rows or blocks of the array: a Choice. What
// is got is always a copy. What is set is checked and converted whole before the first element changes.
#include "core/values/subscript.hpp"

#include <cstring>

#include "core/values/allocation_limit.hpp"
#include "core/values/dtype.hpp"
#include "core/values/layout.hpp"
#include "core/values/objects.hpp"

namespace enginery {
namespace {

constexpr const char* kValid =
    "only integers, slices (`:`), None, and integer or boolean arrays or lists are valid indices";

/// The parts; a tuple that stands alone gives its items as the parts.
std::vector<Subscript> flattened(std::span<const Subscript> subscripts) {
  std::vector<Subscript> parts(subscripts.begin(), subscripts.end());
  const Value* tuple = parts.size() == 1 ? std::get_if<Value>(&parts.front()) : nullptr;
  if (!tuple || tuple->kind() != Kind::tuple) return parts;
  const List keys = items_of(*tuple);
  return {keys.begin(), keys.end()};
}

std::int64_t index_on_axis(Whole index, std::int64_t extent, std::size_t axis) {
  if (index >= extent || index < -extent)
    throw IndexError("index " + integer_text(index) + " is out of bounds for axis " + std::to_string(axis) +
                     " with size " + std::to_string(extent));
  return static_cast<std::int64_t>(index < 0 ? index + extent : index);
}

bool is_none(const Subscript& part) {
  const Value* key = std::get_if<Value>(&part);
  return key && key->is_none();
}

[[noreturn]] void throw_key(const Value& key, bool alone) {
  const bool chooses = key.kind() == Kind::list || key.kind() == Kind::array || key.kind() == Kind::tuple;
  if (chooses && !alone)
    throw IndexError(
        "an array or list of indices stands alone between [ and ]: take the rows first, as in a[rows][:, 0]");
  if (key.kind() == Kind::boolean)
    throw IndexError(
        "a bool is no index of an array: take int() of it for a position, or a mask that has a bool for each row");
  throw IndexError(std::string(kValid) + ", not " + key.type_name());
}

void check_dimensions(const Array& array, std::size_t indexed) {
  if (indexed > array.ndim())
    throw IndexError("too many indices for array: array is " + std::to_string(array.ndim()) + "-dimensional, but " +
                     std::to_string(indexed) + " were indexed");
}

/// The part of the array that the subscripts name.
Layout part_of(const Array& array, std::span<const Subscript> parts) {
  std::size_t indexed = 0;
  for (const Subscript& part : parts) indexed += !is_none(part);
  check_dimensions(array, indexed);
  const Layout whole(array);
  Layout result;
  std::size_t axis = 0;
  for (const Subscript& part : parts) {
    if (is_none(part)) {
      result.add_axis(1, 0);
      continue;
    }
    const std::int64_t extent = whole.extents[axis], step = whole.steps[axis];
    if (const Slice* slice = std::get_if<Slice>(&part)) {
      const Stretch stretch = resolve(*slice, static_cast<std::size_t>(extent));
      result.start += stretch.start * step;
      // A slice of one element may have a step so long that the product would overflow.
      result.add_axis(stretch.count, stretch.count > 1 ? stretch.step * step : 0);
    } else {
      const Value& key = std::get<Value>(part);
      if (key.kind() != Kind::integer) throw_key(key, parts.size() == 1);
      result.start += index_on_axis(integral(key), extent, axis) * step;
    }
    ++axis;
  }
  for (; axis < whole.ndim; ++axis) result.add_axis(whole.extents[axis], whole.steps[axis]);
  return result;
}

/// Blocks of a row-major array, of `run` bytes each.
struct Choice {
  std::vector<std::int64_t> blocks;
  std::vector<std::int64_t> shape;  // of what is chosen
  std::size_t run;
};

/// Appends the extents from `axis` on, and says how long one block of them is.
void add_blocks(Choice& choice, const Array& array, std::size_t axis) {
  choice.run = size_of(array.dtype());
  for (const std::int64_t extent : array.shape().subspan(axis)) {
    choice.shape.push_back(extent);
    choice.run *= static_cast<std::size_t>(extent);
  }
  AllocationLimit::charge(choice.blocks.size() * sizeof(std::int64_t));
}

Choice masked(const Array& array, const Array& given) {
  check_dimensions(array, given.ndim());
  for (std::size_t axis = 0; axis < given.ndim(); ++axis)
    if (given.shape()[axis] != array.shape()[axis])
      throw IndexError("boolean index did not match indexed array along axis " + std::to_string(axis) +
                       "; size of axis is " + std::to_string(array.shape()[axis]) +
                       " but size of corresponding boolean axis is " + std::to_string(given.shape()[axis]));
  const Array mask = given.ordered(Order::row_major);
  const std::span<const bool> flags = mask.elements<bool>();
  Choice choice;
  for (std::size_t i = 0; i < flags.size(); ++i)
    if (flags[i]) choice.blocks.push_back(static_cast<std::int64_t>(i));
  choice.shape.push_back(static_cast<std::int64_t>(choice.blocks.size()));
  add_blocks(choice, array, given.ndim());
  return choice;
}

Choice indexed(const Array& array, const Array& given) {
  check_dimensions(array, 1);
  if (given.size() != 0 && class_of(given.dtype()) > NumberClass::integer)
    throw IndexError("arrays used as indices must be of integer (or boolean) type");
  const Array indices = given.ordered(Order::row_major);
  Choice choice;
  choice.blocks.reserve(indices.size());
  with_type(indices.dtype(), [&]<class T>(T) {
    if constexpr (std::is_integral_v<T>)
      for (const T index : indices.elements<T>()) choice.blocks.push_back(index_on_axis(index, array.shape()[0], 0));
  });
  choice.shape.assign(indices.shape().begin(), indices.shape().end());
  add_blocks(choice, array, 1);
  return choice;
}

/// The choice, if the only part is a mask or a list of indices.
std::optional<Choice> choice_of(const Array& array, std::span<const Subscript> parts) {
  const Value* key = parts.size() == 1 ? std::get_if<Value>(&parts.front()) : nullptr;
  if (!key || (key->kind() != Kind::list && key->kind() != Kind::array)) return std::nullopt;
  const Array given = key->as<Array>();
  return given.dtype() == DType::boolean ? masked(array, given) : indexed(array, given);
}

Array chosen(const Array& array, const Choice& choice) {
  const Array rows = array.ordered(Order::row_major);
  Array result(array.dtype(), choice.shape);
  std::byte* to = result.mutable_data();
  for (const std::int64_t block : choice.blocks) {
    std::memcpy(to, rows.data() + static_cast<std::size_t>(block) * choice.run, choice.run);
    to += choice.run;
  }
  return result;
}

/// The numbers to assign, in the array's dtype.
Array numbers_for(const Array& array, const Value& value) {
  if (!is_number(value)) return array_of(value, array.dtype());
  Array number(array.dtype(), std::span<const std::int64_t>());
  number.set_item(0, value);
  return number;
}

void set_chosen(Array& array, const Choice& choice, const Array& numbers) {
  // Everything is checked and copied before the first element changes.
  Array given(array.dtype(), choice.shape);
  assign(given, Layout(given), numbers);
  if (!array.fits(Order::row_major)) array = array.ordered(Order::row_major);
  const std::byte* from = given.data();
  std::byte* const to = array.mutable_data();
  for (const std::int64_t block : choice.blocks) {
    std::memcpy(to + static_cast<std::size_t>(block) * choice.run, from, choice.run);
    from += choice.run;
  }
}

}  // namespace

Value array_at(const Array& array, std::span<const Subscript> subscripts) {
  const std::vector<Subscript> parts = flattened(subscripts);
  if (const std::optional<Choice> choice = choice_of(array, parts)) return Value::array(chosen(array, *choice));
  const Layout part = part_of(array, parts);
  Array result = copied(array, part, array.order());
  return part.ndim == 0 ? result.item(0) : Value::array(std::move(result));
}

void array_set(Array& array, std::span<const Subscript> subscripts, const Value& value) {
  const std::vector<Subscript> parts = flattened(subscripts);
  const std::optional<Choice> choice = choice_of(array, parts);
  const Layout part = choice ? Layout() : part_of(array, parts);
  const Array numbers = numbers_for(array, value);
  if (choice)
    set_chosen(array, *choice, numbers);
  else
    assign(array, part, numbers);
}

}  // namespace enginery
