// core/arithmetic/operand.cpp: what stands beside an operator on arrays.
#include "core/arithmetic/operand.hpp"

#include <algorithm>

#include "core/values/objects.hpp"

namespace enginery {

bool Operand::accepts(const Value& value) noexcept { return has_items(value) || is_number(value); }

Operand::Operand(const Value& value) : value_(value), number_(is_number(value)) {
  if (value.kind() == Kind::array) {
    given_ = &contents<ArrayObject>(value);
  } else if (number_) {
    made_.emplace(dtype_of_number(value), std::span<const std::int64_t>());
    made_->set_item(0, value);
  } else {
    made_ = value.as<Array>();
  }
}

void Operand::settle(DType dtype) {
  if (!number_ || dtype == made_->dtype()) return;
  if (value_.kind() == Kind::integer && class_of(dtype) <= NumberClass::integer) {
    try {
      made_ = made_->converted(dtype);
    } catch (const ValueError&) {
      throw OverflowError("Python integer " + value_.repr() + " out of bounds for " + numpy_name(dtype));
    }
  } else {
    made_ = cast(*made_, dtype);
  }
}

DType Operand::common(const Operand& a, const Operand& b) noexcept {
  if (a.number_) return promoted(b.array().dtype(), a.value_.kind());
  if (b.number_) return promoted(a.array().dtype(), b.value_.kind());
  return promoted(a.array().dtype(), b.array().dtype());
}

std::vector<std::int64_t> broadcast_shape(const Array& a, const Array& b) {
  const std::size_t ndim = std::max(a.ndim(), b.ndim());
  std::vector<std::int64_t> shape(ndim);
  const auto extent = [&](const Array& of, std::size_t axis) {
    return axis + of.ndim() < ndim ? 1 : of.shape()[axis + of.ndim() - ndim];
  };
  for (std::size_t axis = 0; axis < ndim; ++axis) {
    const std::int64_t left = extent(a, axis), right = extent(b, axis);
    if (left != right && left != 1 && right != 1)
      throw ValueError("operands could not be broadcast together with shapes " + shape_text(a.shape()) + " " +
                       shape_text(b.shape()));
    shape[axis] = left == 1 ? right : left;
  }
  return shape;
}

Order common_order(const Array& a, const Array& b) noexcept {
  const bool row = (a.ndim() > 1 && a.order() == Order::row_major) || (b.ndim() > 1 && b.order() == Order::row_major);
  return row || std::max(a.ndim(), b.ndim()) < 2 ? Order::row_major : Order::column_major;
}

Value result_value(Array result) { return result.ndim() == 0 ? result.item(0) : Value::array(std::move(result)); }

}  // namespace enginery
