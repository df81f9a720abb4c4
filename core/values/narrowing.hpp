// core/values/narrowing.hpp: how a number of one type becomes one of another, wherever it comes from.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/values/dtype.hpp"
#include "core/values/objects.hpp"

namespace enginery {

/// What became of a number: the worse, the later.
enum class Fit : std::uint8_t {
  exact,
  rounded,  ///< it is floating point and the other type is narrower: the nearest one there is
  beyond,   ///< as that, but only infinity would be near
  lost,     ///< the other type has no such number
};

/// docs/functions.md has the rule as a table. `to` is of use if the result is `exact` or `rounded`.
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
    // The limits as powers of two, which floating point has exactly.
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
