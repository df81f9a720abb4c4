// core/arithmetic/array_arithmetic.hpp: numpy's operators where an array is on a side, its functions of arrays, and
// floor division of floats.
#pragma once

#include <cmath>

#include "core/values/objects.hpp"

namespace enginery {

/// Is one of them an array and the other something that arrays compute with: an array, a number, a list, a tuple?
bool meets_array(const Value& a, const Value& b) noexcept;

// What the operators of Value do with arrays. Their errors have numpy's words. Requires: meets_array(a, b).

/// Element by element, or `@`.
Value array_binary(Operator op, const Value& a, const Value& b);
/// target op= right, in target's memory. TypeError if target's dtype cannot hold the results. Requires: target is an
/// array.
void array_augment(Operator op, const Value& target, const Value& right);
/// Bools, element by element.
Value array_compare(Comparison op, const Value& a, const Value& b);
/// a @ b, of one or two dimensions each; of no dimensions if both have one.
Array matmul(const Value& a, const Value& b);

Value array_negative(const Array& array);
Value array_positive(const Array& array);
Value array_invert(const Array& array);
Value array_absolute(const Array& array);

// numpy's functions of arrays: sqrt, round, sum and their like.

enum class Elementwise : std::uint8_t { sqrt, exp, log, sin, cos, tan, floor, ceil };

/// As numpy: bools and integers give floats, except that floor and ceil leave them as they are; nan, inf or -inf where
/// there is no result; complex numbers give complex ones, but have no floor and ceil. TypeError for other objects,
/// which says the `name` of the function.
Value elementwise(Elementwise function, std::string_view name, const Value& value);

/// Each element rounded to `digits` behind the point, halves to the even neighbour, as numpy's round() does.
Value rounded_elements(const Array& array, std::int64_t digits);

/// A whole number rounded so: `digits` below 0 round to tens, hundreds, …
Whole rounded_whole(Whole number, std::int64_t digits) noexcept;

/// As Python's sum(): a number, or the sum of the rows of an array of more than one dimension. As numpy's sum(), bools
/// and integers are added in 64 bits, which wrap. TypeError for an array of no dimensions.
Value sum(const Array& array);
/// min() of a vector; NaN if there is one, as numpy has it. ValueError if it is empty or has more dimensions.
Value smallest(const Array& array);
/// max() of a vector, likewise.
Value largest(const Array& array);
/// The population's standard deviation of all elements, as numpy's std(). ValueError for an empty array.
Value deviation(const Array& array);

// // and % of floating point, as Python and numpy round them.

/// a % b: of b's sign. nan if b is 0.
template <class Real>
Real floor_modulo(Real a, Real b) {
  Real rest = std::fmod(a, b);
  if (rest == 0) return std::copysign(Real{0}, b);
  if ((rest < 0) != (b < 0)) rest += b;
  return rest;
}

/// a // b. Requires: b is not 0.
template <class Real>
Real floor_quotient(Real a, Real b) {
  const Real rest = std::fmod(a, b);
  Real quotient = (a - rest) / b;
  if (rest != 0 && (rest < 0) != (b < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(Real{0}, a / b);
  const Real whole = std::floor(quotient);
  return quotient - whole > Real(0.5) ? whole + 1 : whole;
}

}  // namespace enginery
