// core/arithmetic/elementwise.cpp: numpy's sqrt, floor, round, -, ~, abs() and their like, of each element of an array.
#include "core/arithmetic/array_arithmetic.hpp"

#include <algorithm>
#include <cmath>

#include "core/arithmetic/operand.hpp"
#include "core/values/cast.hpp"
#include "core/values/dtype.hpp"
#include "core/values/objects.hpp"

namespace enginery {
namespace {

template <class C, class R, class F>
Value mapped_value(const Array& array, DType dtype, F function) {
  return result_value(mapped<C, R>(array, dtype, function));
}

bool keeps_whole_numbers(Elementwise function) {
  return function == Elementwise::floor || function == Elementwise::ceil;
}

/// `function` for real numbers. Complex ones are refused before; for them it need only compile.
auto of_reals(auto function) {
  return [function]<class X>(X x) {
    if constexpr (is_complex<X>)
      return x;
    else
      return function(x);
  };
}

/// Calls `f` with the C++ function, which takes a float, a double or a complex number.
template <class F>
decltype(auto) with_function(Elementwise function, F f) {
  if (function == Elementwise::sqrt) return f([](auto x) { return std::sqrt(x); });
  if (function == Elementwise::exp) return f([](auto x) { return std::exp(x); });
  if (function == Elementwise::log) return f([](auto x) { return std::log(x); });
  if (function == Elementwise::sin) return f([](auto x) { return std::sin(x); });
  if (function == Elementwise::cos) return f([](auto x) { return std::cos(x); });
  if (function == Elementwise::tan) return f([](auto x) { return std::tan(x); });
  if (function == Elementwise::floor) return f(of_reals([](auto x) { return std::floor(x); }));
  return f(of_reals([](auto x) { return std::ceil(x); }));
}

[[noreturn]] void refuse(std::string_view name, const std::string& type, const char* remedy) {
  throw TypeError(std::string(name) + "() takes a number or an array, not '" + type + "'" + remedy);
}

Value of_array(Elementwise function, std::string_view name, const Array& array) {
  const NumberClass kind = class_of(array.dtype());
  if (kind < NumberClass::real && keeps_whole_numbers(function)) return Value::array(array);
  if (kind == NumberClass::complex && keeps_whole_numbers(function))
    refuse(name, array.describe(), "; a complex number has no neighbours");
  return with_function(function, [&](auto compute) {
    return with_computed_type(array.dtype(), [&]<class C>(C) {
      if constexpr (std::is_integral_v<C>)
        return mapped_value<C, double>(array, DType::f64,
                                       [&](C number) { return compute(static_cast<double>(number)); });
      else
        return mapped_value<C, C>(array, array.dtype(), compute);
    });
  });
}

/// rint(number * unit) / unit, as numpy. If no float holds the unit, all digits stay, or none before the point.
template <class Real>
Real rounded_real(Real number, double unit, bool before_point) {
  if (!std::isfinite(unit)) return before_point ? std::copysign(Real(0), number) : number;
  const Real scale = static_cast<Real>(unit);
  if (!std::isfinite(scale)) return before_point ? std::copysign(Real(0), number) : number;
  if (before_point) return std::nearbyint(number / scale) * scale;
  const Real scaled = number * scale;
  return std::isfinite(scaled) ? std::nearbyint(scaled) / scale : number;
}

template <class C>
C negated(C number) {
  if constexpr (std::is_integral_v<C>)
    return static_cast<C>(std::uint64_t{0} - static_cast<std::uint64_t>(number));
  else
    return -number;
}

}  // namespace

Value elementwise(Elementwise function, std::string_view name, const Value& value) {
  if (value.kind() == Kind::array) return of_array(function, name, contents<ArrayObject>(value));
  if (value.kind() == Kind::list || value.kind() == Kind::tuple)
    refuse(name, value.type_name(), "; array(x) makes one of it");
  if (!is_number(value)) refuse(name, value.type_name(), "");
  if (keeps_whole_numbers(function)) {
    if (is_integral(value)) return +value;
    if (value.kind() == Kind::complex) refuse(name, "complex", "; a complex number has no neighbours");
  }
  return with_function(function, [&](auto compute) {
    if (value.kind() == Kind::complex) return Value::complex(compute(contents<ComplexObject>(value)));
    const double number = is_integral(value) ? static_cast<double>(integral(value)) : contents<RealObject>(value);
    return Value::real(compute(number));
  });
}

Value rounded_elements(const Array& array, std::int64_t digits) {
  if (array.dtype() == DType::boolean) throw TypeError("round() takes numbers, not bools; astype('i64') makes them so");
  const bool before_point = digits < 0;
  const double unit = std::pow(10.0, std::abs(static_cast<double>(digits)));
  return with_computed_type(array.dtype(), [&]<class C>(C) {
    if constexpr (std::is_integral_v<C>) {
      if (!before_point) return result_value(array);
      return mapped_value<C, C>(array, array.dtype(),
                                [&](C number) { return static_cast<C>(rounded_whole(number, digits)); });
    } else if constexpr (is_complex<C>) {
      return mapped_value<C, C>(array, array.dtype(), [&](C number) {
        return C(rounded_real(number.real(), unit, before_point), rounded_real(number.imag(), unit, before_point));
      });
    } else {
      return mapped_value<C, C>(array, array.dtype(),
                                [&](C number) { return rounded_real(number, unit, before_point); });
    }
  });
}

Whole rounded_whole(Whole number, std::int64_t digits) noexcept {
  if (digits >= 0) return number;
  if (digits < -20) return 0;  // no number of 64 bits is half as large
  Whole unit = 1;
  for (std::int64_t i = digits; i < 0; ++i) unit *= 10;
  Whole rest = number % unit;
  if (rest < 0) rest += unit;
  const Whole below = number - rest;
  const bool up = 2 * rest > unit || (2 * rest == unit && below / unit % 2 != 0);
  return up ? below + unit : below;
}

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
  return result_value(array);  // shares the memory until one of the two is written to
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
