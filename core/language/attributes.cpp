// core/language/attributes.cpp: what stands behind a dot.
#include <algorithm>

#include <fmt/format.h>

#include <enginery/module_namespace.hpp>

#include "core/functions/attribute.hpp"
#include "core/language/methods.hpp"
#include "core/language/operators.hpp"
#include "core/values/objects.hpp"

namespace enginery::evaluator {
namespace {

[[noreturn]] void refuse(const Value& object, const std::string& name) {
  if (find_method(object, name))
    throw AttributeError(
        fmt::format("'{}' of a '{}' object can only be called, as in x.{}()", name, object.type_name(), name));
  throw AttributeError(fmt::format("'{}' object has no attribute '{}'", object.type_name(), name));
}

Value text(const char* text) { return Value::string(text); }

/// The same memory, read with the axes reversed; the first write to either copies.
Value transposed(const Array& array) {
  std::vector<std::int64_t> shape(array.shape().begin(), array.shape().end());
  std::reverse(shape.begin(), shape.end());
  const Order order = array.order() == Order::row_major ? Order::column_major : Order::row_major;
  return Value::array(Array(array.dtype(), shape, order, array.bytes()));
}

Value of_array(const Value& object, const std::string& name) {
  const Array& array = object.as_array();
  if (name == "shape") {
    List shape;
    for (const std::int64_t extent : array.shape()) shape.push_back(Value::integer(extent));
    return Value::tuple(std::move(shape));
  }
  if (name == "T") return array.ndim() < 2 ? object : transposed(array);
  if (name == "ndim") return Value::integer(static_cast<std::int64_t>(array.ndim()));
  if (name == "size") return Value::integer(static_cast<std::int64_t>(array.size()));
  if (name == "nbytes") return Value::integer(static_cast<std::int64_t>(array.nbytes()));
  if (name == "dtype") return text(to_string(array.dtype()));
  refuse(object, name);
}

Value of_number(const Value& object, const std::string& name) {
  const bool imaginary = name == "imag";
  if (!imaginary && name != "real") refuse(object, name);
  if (object.kind() == Kind::complex)
    return Value::real(imaginary ? object.as_complex().imag() : object.as_complex().real());
  if (object.kind() == Kind::real) return imaginary ? Value::real(0) : object;
  return integer_value(imaginary ? 0 : integral(object));
}

}  // namespace

std::vector<std::string> attributes_of(const Value& object) {
  if (object.kind() == Kind::module) return object.as_module()->attributes.keys();
  if (object.kind() == Kind::array) return {"T", "dtype", "nbytes", "ndim", "shape", "size"};
  if (is_number(object)) return {"imag", "real"};
  std::vector<std::string> keys;
  if (object.kind() == Kind::dict)
    for (const auto& [key, value] : object.as_dict())
      if (key.kind() == Kind::string) keys.push_back(key.as_string());
  return keys;
}

Value attribute(const Value& object, const std::string& name) {
  if (object.kind() == Kind::module || object.kind() == Kind::dict) return modules::attribute(object, name);
  if (object.kind() == Kind::array) return of_array(object, name);
  if (is_number(object)) return of_number(object, name);
  refuse(object, name);
}

}  // namespace enginery::evaluator
