// core/language/rounding.cpp: round(), exactly.
#include <array>
#include <charconv>
#include <cmath>

#include "core/language/builtins.hpp"
#include "core/language/literals.hpp"
#include "core/values/objects.hpp"

namespace enginery::evaluator {

// As Python does it: through the decimal digits of the very double, so that 2.675, which is a little less,
// becomes 2.67.
double rounded(double number, std::int64_t digits) {
  if (!std::isfinite(number) || number == 0 || digits > 323) return number;
  if (digits < -308) return std::copysign(0.0, number);
  std::array<char, 800> text;  // 309 digits, a point, and 323 behind it
  if (digits >= 0) {
    const auto [end, error] =
        std::to_chars(text.begin(), text.end(), number, std::chars_format::fixed, static_cast<int>(digits));
    return *real_of({text.begin(), end});
  }
  // Before the point: as many significant digits as stay. If none does, the answer is 0 or one unit.
  const auto whole = std::to_chars(text.begin(), text.end(), std::trunc(std::abs(number)), std::chars_format::fixed, 0);
  const auto lead = static_cast<int>(whole.ptr - text.begin());
  const int kept = lead + static_cast<int>(digits);
  if (kept < 0) return std::copysign(0.0, number);
  if (kept == 0) {
    const std::string unit = "1e" + std::to_string(-digits);
    const double one = *real_of(unit);
    return std::copysign(std::abs(number) > one / 2 ? one : 0.0, number);
  }
  const auto [end, error] = std::to_chars(text.begin(), text.end(), number, std::chars_format::scientific, kept - 1);
  return *real_of({text.begin(), end});
}

}  // namespace enginery::evaluator
