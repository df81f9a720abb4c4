// core/language/builtin_numbers.cpp: abs, round, int and their like.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/arithmetic/array_arithmetic.hpp"
#include "core/language/builtins.hpp"
#include "core/language/literals.hpp"
#include "core/values/characters.hpp"
#include "core/values/objects.hpp"

namespace enginery::evaluator {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) + 1 - first);
}

Value whole(double number) {
  if (std::isnan(number)) throw ValueError("cannot convert float NaN to integer");
  if (std::isinf(number)) throw OverflowError("cannot convert float infinity to integer");
  if (number < -kTwoTo63 || number >= kTwoTo64)
    throw OverflowError(real_repr(number) + " does not fit into an int of 64 bits; keep it as a float" + kIntRange);
  return integer_value(static_cast<Whole>(number));
}

Value integer_from(const Value& text, int base) {
  std::string_view digits = trimmed(text.kind() == Kind::bytes ? text.as_bytes() : text.as_string());
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  const bool zeros = base == 0 && digits.size() > 1 && digits[0] == '0' &&
                     digits.find_first_not_of("0_") != std::string_view::npos && digits[1] >= '0' && digits[1] <= '9';
  const std::optional<Value> number = zeros ? std::nullopt : integer_of(digits, base, negative);
  if (!number) throw ValueError(fmt::format("invalid literal for int() with base {}: {}", base, brief(text)));
  return *number;
}

/// The inverse of `number` modulo `modulus`, of any sign. ValueError if they share a factor.
Whole inverse(Whole number, Whole modulus) {
  Whole a = number, b = modulus, x = 1, y = 0;
  while (b != 0) {
    const Whole quotient = a / b;
    a = std::exchange(b, a - quotient * b);
    x = std::exchange(y, x - quotient * y);
  }
  if (a != 1 && a != -1) throw ValueError("base is not invertible for the given modulus");
  return x * a;
}

Whole power_modulo(Whole base, Whole exponent, Whole modulus) {
  if (modulus == 0) throw ValueError("pow() 3rd argument cannot be 0");
  const Whole magnitude = modulus < 0 ? -modulus : modulus;
  const auto reduced = [&](Whole number) { return (number % magnitude + magnitude) % magnitude; };
  const auto product = [&](Whole a, Whole b) {  // a product of two numbers of 64 bits needs all 128
    return static_cast<Whole>(static_cast<unsigned __int128>(a) * static_cast<unsigned __int128>(b) %
                              static_cast<unsigned __int128>(magnitude));
  };
  Whole square = reduced(base), times = exponent, result = reduced(1);
  if (times < 0) {
    square = reduced(inverse(square, magnitude));
    times = -times;
  }
  for (; times > 0; times >>= 1, square = product(square, square))
    if (times & 1) result = product(result, square);
  return modulus < 0 && result != 0 ? result + modulus : result;
}

/// round(number, digits) of an int.
Whole rounded_integer(Whole number, std::int64_t digits) {
  const Whole result = rounded_whole(number, digits);
  if (!is_int(result))
    throw OverflowError(fmt::format("round({}, {}) does not fit into an int of 64 bits; round a float{}",
                                    integer_text(number), digits, kIntRange));
  return result;
}

/// round(number, digits), to the even neighbour of two, as Python does it: through the decimal digits of the very
/// double, so that 2.675, which is a little less, becomes 2.67.
double rounded(double number, std::int64_t digits) {
  if (!std::isfinite(number) || number == 0 || digits > 323) return number;
  if (digits < -308) return std::copysign(0.0, number);
  std::array<char, 800> text;  // 309 digits, a point, and 323 behind it
  if (digits >= 0) {
    const auto [end, error] =
        std::to_chars(text.begin(), text.end(), number, std::chars_format::fixed, static_cast<int>(digits));
    return *real_of({text.begin(), end});
  }
  // Before the point: format as many significant digits as stay. If none stays, the result is 0 or one unit.
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

double real_part(const Value& value, std::string_view function) {
  if (is_integral(value)) return static_cast<double>(integral(value));
  if (value.kind() == Kind::real) return value.as_real();
  throw TypeError(fmt::format("{}() argument must be a string or a number, not '{}'", function, value.type_name()));
}

std::complex<double> complex_from(std::string_view whole) {
  const auto refuse = [] { throw ValueError("complex() arg is a malformed string"); };
  std::string_view text = trimmed(whole);
  if (text.starts_with('(') && text.ends_with(')')) text = trimmed(text.substr(1, text.size() - 2));
  if (text.empty()) refuse();
  if (text.back() != 'j' && text.back() != 'J') {
    const std::optional<double> real = real_of(text);
    if (!real) refuse();
    return *real;
  }
  text.remove_suffix(1);
  std::size_t split = text.find_last_of("+-");
  while (split != std::string_view::npos && split > 0 && (text[split - 1] == 'e' || text[split - 1] == 'E'))
    split = text.find_last_of("+-", split - 1);
  if (split == std::string_view::npos) split = 0;
  std::string imaginary(text.substr(split));
  if (imaginary.empty() || imaginary == "+" || imaginary == "-") imaginary += "1";
  const std::optional<double> real = split == 0 ? 0.0 : real_of(text.substr(0, split)), imag = real_of(imaginary);
  if (!real || !imag) refuse();
  return {*real, *imag};
}

Value abs(Arguments& arguments) { return absolute(arguments[0]); }

Value divmod(Arguments& arguments) {
  const Value &a = arguments[0], &b = arguments[1];
  if (!is_number(a) || !is_number(b) || a.kind() == Kind::complex || b.kind() == Kind::complex)
    throw TypeError(
        fmt::format("unsupported operand type(s) for divmod(): '{}' and '{}'", a.type_name(), b.type_name()));
  return Value::tuple({floor_divide(a, b), a % b});
}

Value pow(Arguments& arguments) {
  if (!arguments.has(2) || arguments[2].is_none()) return Value::binary(Operator::power, arguments[0], arguments[1]);
  for (std::size_t i = 0; i < 3; ++i)
    if (!is_integral(arguments[i])) throw TypeError("pow() 3rd argument not allowed unless all arguments are integers");
  return integer_value(power_modulo(integral(arguments[0]), integral(arguments[1]), integral(arguments[2])));
}

Value round(Arguments& arguments) {
  const Value& number = arguments[0];
  if (number.kind() == Kind::array)
    return rounded_elements(number.as_array(),
                            arguments.has(1) && !arguments[1].is_none() ? clamped_index_of(arguments[1]) : 0);
  if (!is_integral(number) && number.kind() != Kind::real)
    throw TypeError(fmt::format("type {} doesn't define __round__ method", number.type_name()));
  const bool to_whole = !arguments.has(1) || arguments[1].is_none();
  const std::int64_t digits = to_whole ? 0 : clamped_index_of(arguments[1]);
  if (is_integral(number)) return integer_value(rounded_integer(integral(number), digits));
  if (to_whole) return whole(std::nearbyint(number.as_real()));
  const double result = rounded(number.as_real(), digits);
  if (std::isinf(result) && std::isfinite(number.as_real()))
    throw OverflowError("rounded value too large to represent; round to fewer digits before the point");
  return Value::real(result);
}

using Math = Elementwise;
template <Math function>
Value each(Arguments& arguments) {
  return elementwise(function, arguments.function, arguments[0]);
}

Value to_bool(Arguments& arguments) { return Value::boolean(arguments.has(0) && arguments[0].truth()); }

Value to_int(Arguments& arguments) {
  const std::optional<Value> base = arguments.take("base");
  if (base && arguments.size() == 0) throw TypeError("int() missing string argument: give a text before its base");
  if (base) arguments.positional.push_back(*base);
  arguments.expect(0, 2);
  if (!arguments.has(0)) return Value::integer(0);
  const Value& value = arguments[0];
  const bool is_text = value.kind() == Kind::string || value.kind() == Kind::bytes;
  if (arguments.has(1)) {
    const Whole in_base = whole_of(arguments[1]);
    if (!is_text) throw TypeError("int() can't convert non-string with explicit base");
    if (in_base != 0 && (in_base < 2 || in_base > 36)) throw ValueError("int() base must be >= 2 and <= 36, or 0");
    return integer_from(value, static_cast<int>(in_base));
  }
  if (is_text) return integer_from(value, 10);
  const Value number = value.kind() == Kind::array && value.as_array().size() == 1 ? value.as_array().item(0) : value;
  if (is_integral(number)) return integer_value(integral(number));
  if (number.kind() == Kind::real) return whole(number.as_real());
  throw TypeError(fmt::format("int() argument must be a string or a real number, not '{}'", value.type_name()));
}

Value to_float(Arguments& arguments) {
  if (!arguments.has(0)) return Value::real(0);
  const Value& value = arguments[0];
  if (value.kind() == Kind::array && value.as_array().size() == 1)
    return Value::real(real_part(value.as_array().item(0), "float"));
  if (value.kind() != Kind::string && value.kind() != Kind::bytes) return Value::real(real_part(value, "float"));
  const std::optional<double> number =
      real_of(trimmed(value.kind() == Kind::bytes ? value.as_bytes() : value.as_string()));
  if (!number) throw ValueError("could not convert string to float: " + brief(value));
  return Value::real(*number);
}

Value to_complex(Arguments& arguments) {
  if (!arguments.has(0)) return Value::complex(0);
  if (arguments[0].kind() == Kind::string) {
    if (arguments.has(1)) throw TypeError("complex() can't take second arg if first is a string");
    return Value::complex(complex_from(arguments[0].as_string()));
  }
  const auto part = [&](std::size_t index) -> std::complex<double> {
    const Value& value = arguments[index];
    return value.kind() == Kind::complex ? value.as_complex() : real_part(value, "complex");
  };
  const std::complex<double> real = part(0);
  if (!arguments.has(1)) return Value::complex(real);
  const std::complex<double> imag = part(1);
  // Add imaginary parts only of complex arguments: 0.0 added to -0.0 would lose the sign.
  return Value::complex({arguments[1].kind() == Kind::complex ? real.real() - imag.imag() : real.real(),
                         arguments[0].kind() == Kind::complex ? real.imag() + imag.real() : imag.real()});
}

constexpr Builtin kNumberBuiltins[] = {
    {"abs", abs, {1, 1}, "abs(x): the absolute value, of an array element by element"},
    {"bool", to_bool, {0, 1}, "bool(x): True or False", true},
    {"ceil", each<Math::ceil>, {1, 1}, "ceil(x): the nearest whole number above, as a float; element by element"},
    {"cos", each<Math::cos>, {1, 1}, "cos(x): the cosine of radians, element by element"},
    {"complex", to_complex, {0, 2, {"real", "imag"}}, "complex(real, imag), complex(text)", true},
    {"divmod", divmod, {2, 2}, "divmod(a, b): (a // b, a % b)"},
    {"exp", each<Math::exp>, {1, 1}, "exp(x): e to the power of x, element by element"},
    {"float", to_float, {0, 1}, "float(x): a float, of a number or a text", true},
    {"floor", each<Math::floor>, {1, 1}, "floor(x): the nearest whole number below, as a float; element by element"},
    {"int", to_int, {}, "int(x, base=10): an int, of a number or a text", true},
    {"log", each<Math::log>, {1, 1}, "log(x): the natural logarithm, element by element"},
    {"pow", pow, {2, 3, {"base", "exp", "mod"}}, "pow(base, exp, mod=None)"},
    {"round",
     round,
     {1, 2, {"number", "ndigits"}},
     "round(x, digits=None): to the even neighbour of two; an array's elements as numpy rounds"},
    {"sin", each<Math::sin>, {1, 1}, "sin(x): the sine of radians, element by element"},
    {"sqrt", each<Math::sqrt>, {1, 1}, "sqrt(x): the square root, element by element; nan of what is negative"},
    {"tan", each<Math::tan>, {1, 1}, "tan(x): the tangent of radians, element by element"},
};

}  // namespace

std::span<const Builtin> number_builtins() { return kNumberBuiltins; }

}  // namespace enginery::evaluator
