// core/arithmetic/array_arithmetic.hpp: numpy's operators where an array is on a side, and floor division of floats.
#pragma once

#include <cmath>

#include <enginery/value.hpp>

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
