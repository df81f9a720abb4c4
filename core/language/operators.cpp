// core/language/operators.cpp: what operators do that Value does not have: & | ^ << >>, is, in, and the dot.
#include <algorithm>

#include <fmt/format.h>

#include "core/functions/namespace_paths.hpp"
#include "core/language/evaluation.hpp"
#include "core/values/objects.hpp"

namespace enginery::evaluator {
namespace {

const char* symbol_of(BitOperator op) {
  static constexpr const char* kSymbols[] = {"&", "|", "^", "<<", ">>"};
  return kSymbols[static_cast<std::size_t>(op)];
}

[[noreturn]] void throw_beyond_int(BitOperator op, Whole a, Whole b) {
  const std::string remedy =
      op == BitOperator::shift_left ? fmt::format("; multiply by a float (2.0**{})", integer_text(b)) : "";
  throw OverflowError(fmt::format("{} {} {} does not fit into an int of 64 bits{}{}", integer_text(a), symbol_of(op),
                                  integer_text(b), remedy, kIntRange));
}

Whole shifted_left(Whole number, Whole by) {
  if (number == 0) return 0;
  if (by > 63) throw_beyond_int(BitOperator::shift_left, number, by);
  return number * (Whole{1} << by);
}

Whole of_integers(BitOperator op, Whole a, Whole b) {
  if ((op == BitOperator::shift_left || op == BitOperator::shift_right) && b < 0)
    throw ValueError("negative shift count");
  if (op == BitOperator::both) return a & b;
  if (op == BitOperator::either) return a | b;
  if (op == BitOperator::differing) return a ^ b;
  return op == BitOperator::shift_left ? shifted_left(a, b) : a >> std::min<Whole>(b, 64);
}

void update(Dict& dict, const Dict& other) {
  for (const auto& [key, value] : Dict(other)) dict.set(key, value);
}

/// left & right and its like, of bools and ints; `|` also merges dicts. TypeError; ValueError for a negative shift;
/// OverflowError beyond 64 bits.
Value bits(BitOperator op, const Value& a, const Value& b) {
  const bool shift = op == BitOperator::shift_left || op == BitOperator::shift_right;
  if (is_integral(a) && is_integral(b)) {
    const Whole result = of_integers(op, integral(a), integral(b));
    if (!is_int(result)) throw_beyond_int(op, integral(a), integral(b));
    const bool bools = a.kind() == Kind::boolean && b.kind() == Kind::boolean && !shift;
    return bools ? Value::boolean(result != 0) : integer_value(result);
  }
  if (op == BitOperator::either && a.kind() == Kind::dict && b.kind() == Kind::dict) {
    Dict merged = a.as_dict();
    update(merged, b.as_dict());
    return Value::dict(std::move(merged));
  }
  throw TypeError(
      fmt::format("unsupported operand type(s) for {}: '{}' and '{}'", symbol_of(op), a.type_name(), b.type_name()));
}

[[noreturn]] void refuse(const Value& object, const std::string& name) {
  if (find_method(object, name))
    throw AttributeError(
        fmt::format("'{}' of a '{}' object can only be called, as in x.{}()", name, object.type_name(), name));
  throw AttributeError(fmt::format("'{}' object has no attribute '{}'", object.type_name(), name));
}

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
  if (name == "ndim") return Value::integer(array.ndim());
  if (name == "size") return Value::integer(array.size());
  if (name == "nbytes") return Value::integer(array.nbytes());
  if (name == "dtype") return Value::string(to_string(array.dtype()));
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

Value binary(BinaryOperator op, const Value& left, const Value& right) {
  if (const auto* of_value = std::get_if<Operator>(&op)) return Value::binary(*of_value, left, right);
  return bits(std::get<BitOperator>(op), left, right);
}

void augment(BinaryOperator op, Value& value, const Value& right) {
  if (const auto* of_value = std::get_if<Operator>(&op)) {
    value.augment(*of_value, right);
  } else if (std::get<BitOperator>(op) == BitOperator::either && value.kind() == Kind::dict &&
             right.kind() == Kind::dict) {
    update(value.as_dict(), right.as_dict());
  } else {
    value = bits(std::get<BitOperator>(op), value, right);
  }
}

bool test(Test test, const Value& left, const Value& right) {
  if (test == Test::is || test == Test::is_not) return left.is(right) == (test == Test::is);
  if (right.kind() != Kind::opaque && right.kind() != Kind::function && right.kind() != Kind::module &&
      !right.is_none() && !is_number(right))
    return right.contains(left) == (test == Test::in);
  throw TypeError(fmt::format("argument of type '{}' is not iterable", right.type_name()));
}

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
