// core/language/array_methods.cpp: array(), and methods of arrays.
#include <algorithm>

#include <fmt/format.h>

#include "core/arithmetic/array_arithmetic.hpp"
#include "core/language/builtins.hpp"
#include "core/values/cast.hpp"
#include "core/values/dtype.hpp"
#include "core/values/objects.hpp"

namespace enginery::evaluator {
namespace {

/// All elements in one dimension, in row-major order.
Array flat(const Array& array) {
  const std::int64_t size = static_cast<std::int64_t>(array.size());
  return array.ordered(Order::row_major).reshaped(std::span(&size, 1));
}

DType dtype_named(const Value& name) {
  if (name.kind() == Kind::function) {  // astype(float)
    const std::string& type = name.as_function()->name();
    if (type == "float") return DType::f64;
    if (type == "int") return DType::i64;
    if (type == "bool") return DType::boolean;
    if (type == "complex") return DType::c128;
  }
  if (name.kind() == Kind::string)
    for (int dtype = 0; dtype <= static_cast<int>(DType::c128); ++dtype)
      if (name.as_string() == to_string(static_cast<DType>(dtype))) return static_cast<DType>(dtype);
  throw TypeError(fmt::format("{} is no dtype; use 'bool', 'i8' to 'i64', 'u8' to 'u64', 'f32', 'f64', 'c64' or 'c128'",
                              name.repr()));
}

Value nested_list(const Array& array) {
  if (array.ndim() == 0) return array.item(0);
  List rows = Value::array(array).elements();
  if (array.ndim() > 1)
    for (Value& row : rows) row = nested_list(row.as_array());
  return Value::list(std::move(rows));
}

Value total(const Value& self, Arguments&) { return sum(flat(self.as_array())); }

Value least(const Value& self, Arguments&) { return smallest(flat(self.as_array())); }

Value most(const Value& self, Arguments&) { return largest(flat(self.as_array())); }

Value mean(const Value& self, Arguments&) {
  const Array& array = self.as_array();
  if (array.size() == 0) throw ValueError("mean of an empty array");
  const Value divisor = Value::real(static_cast<double>(array.size()));
  // A sum of integers would wrap, so add floats.
  const bool real = class_of(array.dtype()) >= NumberClass::real;
  return Value::binary(Operator::divide, sum(flat(real ? array : cast(array, DType::f64))), divisor);
}

Value standard_deviation(const Value& self, Arguments&) { return deviation(self.as_array()); }

Value reshape(const Value& self, Arguments& arguments) {
  const bool one = arguments.size() == 1 && (arguments[0].kind() == Kind::tuple || arguments[0].kind() == Kind::list);
  arguments.expect(1, Array::kMaxDimensions);
  const Array& array = self.as_array();
  std::vector<std::int64_t> shape;
  for (const Value& extent : one ? arguments[0].elements() : arguments.positional) shape.push_back(index_of(extent));
  // One extent may be -1: it follows from the others.
  const auto open = std::find(shape.begin(), shape.end(), -1);
  if (open != shape.end()) {
    std::int64_t others = 1;
    for (auto extent = shape.begin(); extent != shape.end(); ++extent)
      if (extent != open && __builtin_mul_overflow(others, *extent, &others)) others = 0;
    const auto size = static_cast<std::int64_t>(array.size());
    if (others > 0 && size % others == 0) *open = size / others;
  }
  return Value::array(array.ordered(Order::row_major).reshaped(shape));
}

Value copy(const Value& self, Arguments&) {
  Array other = self.as_array();
  other.mutable_data();
  return Value::array(std::move(other));
}

Value to_list(const Value& self, Arguments&) { return nested_list(self.as_array()); }

Value as_type(const Value& self, Arguments& arguments) {
  return Value::array(self.as_array().narrowed(dtype_named(arguments[0])));
}

constexpr Method kArrayMethods[] = {
    {"sum", total, {0, 0}},
    {"min", least, {0, 0}},
    {"max", most, {0, 0}},
    {"mean", mean, {0, 0}},
    {"std", standard_deviation, {0, 0}},
    {"copy", copy, {0, 0}},
    {"reshape", reshape},
    {"tolist", to_list, {0, 0}},
    {"astype", as_type, {1, 1, {"dtype"}}},
};

Value std_of(Arguments& arguments) {
  const Value& given = arguments[0];
  return deviation(given.kind() == Kind::array ? given.as_array()
                                               : (is_number(given) ? Value::list({given}) : given).as<Array>());
}

Value to_array(Arguments& arguments) {
  return Value::array(arguments.has(1) ? array_of(arguments[0], dtype_named(arguments[1])) : arguments[0].as<Array>());
}

constexpr Builtin kArrayBuiltins[] = {
    {"array",
     to_array,
     {1, 2, {"object", "dtype"}},
     "array(list, dtype): an array; without a dtype, of what the numbers need"},
    {"std", std_of, {1, 1}, "std(x): the population's standard deviation of all elements, as numpy's"},
};

}  // namespace

std::span<const Method> array_methods() { return kArrayMethods; }
std::span<const Builtin> array_builtins() { return kArrayBuiltins; }

}  // namespace enginery::evaluator
