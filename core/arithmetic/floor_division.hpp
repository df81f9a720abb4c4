// core/arithmetic/floor_division.hpp: // and % of floating point, as Python and numpy round them.
#pragma once

#include <cmath>

namespace enginery {

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
