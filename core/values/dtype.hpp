// core/values/dtype.hpp: the C++ types behind dtypes, which dtype two of them make, how a number of one fits another.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <limits>

#include "core/values/objects.hpp"

namespace enginery {

/// Calls `f` with a value of the C++ type of `dtype`.
template <class F>
decltype(auto) with_type(DType dtype, F f) {
  using OfDTypes = Types<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                         std::uint32_t, std::uint64_t, float, double, std::complex<float>, std::complex<double>>;
  static_assert(OfDTypes::kCount == static_cast<std::size_t>(DType::c128) + 1, "a type for each dtype, in their order");
  return OfDTypes::with(static_cast<std::size_t>(dtype),
                        [&]<class T>(std::type_identity<T>) -> decltype(auto) { return f(T{}); });
}

/// As that, with the type that numbers of `dtype` are computed in: integers in 64 bits, the others as they are.
template <class F>
decltype(auto) with_computed_type(DType dtype, F f) {
  return with_type(dtype, [&]<class T>(T number) -> decltype(auto) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, std::uint64_t>)
      return f(std::int64_t{});
    else
      return f(number);
  });
}

/// The number at `at`, which may be aligned to nothing.
template <class T>
T number_at(const std::byte* at) {
  if constexpr (std::is_same_v<T, bool>)
    return *at != std::byte{0};  // a byte that came over the wire may be any
  else {
    T number;
    std::memcpy(&number, at, sizeof number);
    return number;
  }
}

template <class T>
constexpr bool is_complex = std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;

/// What can hold what, roughly: a dtype may be cast to one of the same or a later class, as numpy's 'same_kind' says.
enum class NumberClass : std::uint8_t { boolean, unsigned_integer, integer, real, complex };
NumberClass class_of(DType dtype) noexcept;

/// numpy's name: "bool", "int8", …, "complex128".
const char* numpy_name(DType dtype) noexcept;

/// The dtype that numpy computes in when arrays of these two meet.
DType promoted(DType a, DType b) noexcept;
/// As that, for an array and a Python number of the kind `number`: bool, int, float and complex give way to the
/// array's dtype if it is of their class or a later one.
DType promoted(DType array, Kind number) noexcept;

/// The dtype of an array that holds this number: i64 for an int, or u64 where only that does. Requires: it is a number.
DType dtype_of_number(const Value& number) noexcept;

/// How well a number fits into another type, from the best to the worst.
enum class Fit : std::uint8_t {
  exact,
  rounded,  ///< floating point to a narrower type: the nearest number of that type
  beyond,   ///< floating point to a narrower type, where only infinity is near
  lost,     ///< the other type has no such number
};

/// docs/functions.md has the rule as a table. `to` is set if the result is `exact` or `rounded`.
template <class To, class From>
Fit narrow(From from, To& to) {
  const auto exactly = [](bool is) { return is ? Fit::exact : Fit::lost; };
  if constexpr (is_complex<To>) {
    typename To::value_type real{}, imaginary{};
    Fit fit;
    if constexpr (is_complex<From>)
      fit = std::max(narrow(from.real(), real), narrow(from.imag(), imaginary));
    else
      fit = narrow(from, real);
    to = To(real, imaginary);
    return fit;
  } else if constexpr (is_complex<From>) {
    return from.imag() == 0 ? narrow(from.real(), to) : Fit::lost;
  } else if constexpr (std::is_same_v<From, To> || std::is_same_v<From, bool>) {
    to = static_cast<To>(from);
    return Fit::exact;
  } else if constexpr (std::is_same_v<To, bool>) {
    to = from != From{0};
    return exactly(from == From{0} || from == From{1});
  } else if constexpr (std::is_integral_v<From> && std::is_integral_v<To>) {
    return exactly(!__builtin_add_overflow(from, From{0}, &to));
  } else if constexpr (std::is_integral_v<To>) {
    // The limits are powers of two, which floating point holds exactly.
    const From highest = std::ldexp(From{1}, std::numeric_limits<To>::digits);
    const From lowest = std::is_signed_v<To> ? -highest : From{0};
    if (!(from >= lowest && from < highest) || std::floor(from) != from) return Fit::lost;
    to = static_cast<To>(from);
    return Fit::exact;
  } else if constexpr (std::is_integral_v<From>) {
    to = static_cast<To>(from);
    From back;
    return exactly(narrow(to, back) == Fit::exact && back == from);
  } else {
    to = static_cast<To>(from);
    if (static_cast<From>(to) == from || std::isnan(from)) return Fit::exact;
    return std::isinf(to) ? Fit::beyond : Fit::rounded;
  }
}

/// Calls `f` with the number that an int, float or complex is, as an integer of 64 bits, double or
/// std::complex<double>. Requires: is_number(value).
template <class F>
decltype(auto) with_number(const Value& value, F f) {
  if (value.kind() == Kind::real) return f(contents<RealObject>(value));
  if (value.kind() == Kind::complex) return f(contents<ComplexObject>(value));
  if (is_large(value)) return f(static_cast<std::uint64_t>(integral(value)));
  return f(static_cast<std::int64_t>(integral(value)));
}

/// ValueError or OverflowError, which says the element and why it does not become one of `dtype`.
[[noreturn]] void throw_unfit_element(std::size_t index, const Value& number, Fit fit, DType dtype);

/// The numbers of an array, list or tuple (which may be nested) as an array of `dtype`. TypeError for what is none of
/// them or holds others; ValueError or OverflowError, which names the number, for what does not become one of `dtype`.
Array array_of(const Value& value, DType dtype);

}  // namespace enginery
