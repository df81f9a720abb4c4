// core/arithmetic/array_unary.cpp: numpy's -, +, ~ and abs() of arrays.
#include <algorithm>
#include <cmath>

#include "core/arithmetic/array_arithmetic.hpp"
#include "core/arithmetic/operand.hpp"
#include "core/values/cast.hpp"

namespace enginery {
namespace {

template <class C, class R, class F>
Value mapped_value(const Array& array, DType dtype, F function) {
  return result_value(mapped<C, R>(array, dtype, function));
}

template <class C>
C negated(C number) {
  if constexpr (std::is_integral_v<C>)
    return static_cast<C>(std::uint64_t{0} - static_cast<std::uint64_t>(number));
  else
    return -number;
}

}  // namespace

Value array_negative(const Array& array) {
  if (array.dtype() == DType::boolean)
    throw TypeError(
        "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the logical_not "
        "function instead.");
  return with_computed_type(array.dtype(), [&]<class C>(C) {
    return mapped_value<C, C>(array, array.dtype(), [](C number) { return negated(number); });
  });
}

Value array_positive(const Array& array) {
  if (array.dtype() == DType::boolean)
    throw TypeError(
        "ufunc 'positive' did not contain a loop with signature matching types <class 'numpy.dtype[bool]'> -> None; "
        "use abs()");
  return result_value(array);  // shares the memory until one is written to
}

Value array_invert(const Array& array) {
  using C = std::int64_t;
  if (array.dtype() == DType::boolean)
    return mapped_value<C, C>(array, array.dtype(), [](C number) -> C { return number == 0; });
  if (class_of(array.dtype()) > NumberClass::integer)
    throw TypeError(
        "ufunc 'invert' not supported for the input types, and the inputs could not be safely coerced to any supported "
        "types according to the casting rule ''safe''");
  return mapped_value<C, C>(array, array.dtype(), [](C number) { return ~number; });
}

Value array_absolute(const Array& array) {
  return with_computed_type(array.dtype(), [&]<class C>(C) {
    if constexpr (is_complex<C>) {
      using Real = typename C::value_type;
      return mapped_value<C, Real>(array, dtype_of<Real>(),
                                   [](C number) { return std::hypot(number.real(), number.imag()); });
    } else if constexpr (std::is_floating_point_v<C>) {
      return mapped_value<C, C>(array, array.dtype(), [](C number) { return std::abs(number); });
    } else {
      return mapped_value<C, C>(array, array.dtype(), [](C number) {
        if constexpr (std::is_signed_v<C>) return number < 0 ? negated(number) : number;
        return number;
      });
    }
  });
}

}  // namespace enginery
