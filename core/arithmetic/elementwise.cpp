// core/arithmetic/elementwise.cpp: numpy's sqrt, exp, floor and their like, of numbers and of each element of an array.
#include "core/arithmetic/elementwise.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <enginery/errors.hpp>

#include "core/arithmetic/array_arithmetic.hpp"
#include "core/arithmetic/operand.hpp"
#include "core/values/cast.hpp"
#include "core/values/dtype.hpp"
#include "core/values/objects.hpp"

namespace enginery {
namespace {

bool keeps_whole_numbers(Elementwise function) {
  return function == Elementwise::floor || function == Elementwise::ceil;
}

/// Calls `f` with what computes the function of a float, a double or a complex number.
template <class F>
decltype(auto) with_function(Elementwise function, F f) {
  switch (function) {
    case Elementwise::sqrt:
      return f([](auto x) { return std::sqrt(x); });
    case Elementwise::exp:
      return f([](auto x) { return std::exp(x); });
    case Elementwise::log:
      return f([](auto x) { return std::log(x); });
    case Elementwise::sin:
      return f([](auto x) { return std::sin(x); });
    case Elementwise::cos:
      return f([](auto x) { return std::cos(x); });
    case Elementwise::tan:
      return f([](auto x) { return std::tan(x); });
    case Elementwise::floor:
      return f([]<class X>(X x) {
        if constexpr (is_complex<X>)
          return x;
        else
          return std::floor(x);
      });
    case Elementwise::ceil:
      return f([]<class X>(X x) {
        if constexpr (is_complex<X>)
          return x;
        else
          return std::ceil(x);
      });
  }
  __builtin_unreachable();
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
        return result_value(
            mapped<C, double>(array, DType::f64, [&](C number) { return compute(static_cast<double>(number)); }));
      else
        return result_value(mapped<C, C>(array, array.dtype(), compute));
    });
  });
}

/// rint(number * unit) / unit, as numpy; a unit that no float holds leaves no digit or all.
template <class Real>
Real rounded_real(Real number, double unit, bool before_point) {
  if (!std::isfinite(unit)) return before_point ? std::copysign(Real(0), number) : number;
  const Real scale = static_cast<Real>(unit);
  if (!std::isfinite(scale)) return before_point ? std::copysign(Real(0), number) : number;
  if (before_point) return std::nearbyint(number / scale) * scale;
  const Real scaled = number * scale;
  return std::isfinite(scaled) ? std::nearbyint(scaled) / scale : number;
}

template <class Integer>
Integer rounded_whole(Integer number, std::int64_t digits) {
  if (digits < -19) return 0;
  const Whole unit = [&] {
    Whole ten = 1;
    for (std::int64_t i = digits; i < 0; ++i) ten *= 10;
    return ten;
  }();
  const Whole given = number;
  Whole rest = given % unit;
  if (rest < 0) rest += unit;
  Whole below = given - rest;
  if (2 * rest > unit || (2 * rest == unit && below / unit % 2 != 0)) below += unit;
  return static_cast<Integer>(below);
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
      return result_value(mapped<C, C>(array, array.dtype(), [&](C number) { return rounded_whole(number, digits); }));
    } else if constexpr (is_complex<C>) {
      return result_value(mapped<C, C>(array, array.dtype(), [&](C number) {
        return C(rounded_real(number.real(), unit, before_point), rounded_real(number.imag(), unit, before_point));
      }));
    } else {
      return result_value(
          mapped<C, C>(array, array.dtype(), [&](C number) { return rounded_real(number, unit, before_point); }));
    }
  });
}

Value deviation(const Array& array) {
  if (array.size() == 0) throw ValueError("std of an empty array");
  const auto count = static_cast<double>(array.size());
  const bool complex = class_of(array.dtype()) == NumberClass::complex;
  const bool is_single = array.dtype() == DType::f32 || array.dtype() == DType::c64;
  const auto compute = [&]<class C>(C) {
    const Array numbers = cast(array, complex ? DType::c128 : DType::f64);
    const auto* const first = reinterpret_cast<const C*>(numbers.data());
    C sum{};
    for (std::size_t i = 0; i < numbers.size(); ++i) sum += first[i];
    const C mean = sum / count;
    double squares = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const double distance = std::abs(first[i] - mean);
      squares += distance * distance;
    }
    const double result = std::sqrt(squares / count);
    return Value::real(is_single ? static_cast<double>(static_cast<float>(result)) : result);
  };
  return complex ? compute(std::complex<double>()) : compute(double());
}

}  // namespace enginery
