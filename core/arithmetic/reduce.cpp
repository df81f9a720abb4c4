// core/arithmetic/reduce.cpp: sum, min, max and the deviation of arrays.
#include "core/arithmetic/array_arithmetic.hpp"

#include <cmath>

#include "core/arithmetic/operand.hpp"

namespace enginery {
namespace {

DType sum_dtype(DType dtype) {
  const NumberClass kind = class_of(dtype);
  if (kind >= NumberClass::real) return dtype;
  return kind == NumberClass::unsigned_integer ? DType::u64 : DType::i64;
}

/// The number that `comes_before` all others.
template <class Before>
Value first_of(const Array& array, const char* name, Before comes_before) {
  if (array.ndim() != 1)
    throw ValueError(std::string(name) + "() takes a vector, not an " + array.describe() + "; take a part of it");
  if (array.size() == 0) throw ValueError(std::string(name) + "() arg is an empty sequence");
  std::size_t best = 0, index = 0;
  with_computed_type(array.dtype(), [&]<class C>(C) {
    if constexpr (is_complex<C>) {
      throw TypeError("complex numbers have no order: take the " + std::string(name) + "() of their abs()");
    } else {
      C extreme{};
      each_number<C>(array, [&](C number) {
        // Only NaN differs from itself. As numpy, the first NaN wins.
        if (index == 0 || (extreme == extreme && (comes_before(number, extreme) || number != number))) {
          extreme = number;
          best = index;
        }
        ++index;
      });
    }
  });
  return array.item(best);
}

}  // namespace

Value sum(const Array& array) {
  if (array.ndim() == 0) throw TypeError("iteration over a 0-d array");
  const DType dtype = sum_dtype(array.dtype());
  Array total = Array::zeros(dtype, array.shape().subspan(1));
  if (array.ndim() > 1) {
    const Value result = Value::array(std::move(total));
    for (std::int64_t row = 0; row < array.shape()[0]; ++row)
      array_augment(Operator::add, result, Value::array(array.row(row)));
    return result;
  }
  with_computed_type(dtype, [&]<class C>(C) {
    Wrapping<C> sum{};
    each_number<C>(array, [&](C number) { sum += static_cast<Wrapping<C>>(number); });
    total.mutable_elements<C>()[0] = static_cast<C>(sum);
  });
  return total.item(0);
}

Value smallest(const Array& array) {
  return first_of(array, "min", [](auto a, auto b) { return a < b; });
}

Value largest(const Array& array) {
  return first_of(array, "max", [](auto a, auto b) { return a > b; });
}

Value deviation(const Array& array) {
  if (array.size() == 0) throw ValueError("std of an empty array");
  const auto count = static_cast<double>(array.size());
  const bool complex = class_of(array.dtype()) == NumberClass::complex;
  const bool is_single = array.dtype() == DType::f32 || array.dtype() == DType::c64;
  const auto compute = [&]<class C>(C) {
    C sum{};
    each_number<C>(array, [&](C number) { sum += number; });
    const C mean = sum / count;
    double squares = 0;
    each_number<C>(array, [&](C number) {
      const double distance = std::abs(number - mean);
      squares += distance * distance;
    });
    const double result = std::sqrt(squares / count);
    return Value::real(is_single ? static_cast<double>(static_cast<float>(result)) : result);
  };
  return complex ? compute(std::complex<double>()) : compute(double());
}

}  // namespace enginery
