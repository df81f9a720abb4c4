// core/evaluator/builtin_numbers.cpp: abs, round, int and their like.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/evaluator/builtins.hpp"
#include "core/evaluator/literals.hpp"
#include "core/values/objects.hpp"

namespace enginery::evaluator {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

std::string_view trimmed(std::string_view text) {
  constexpr const char* kSpaces = " \t\n\r\v\f\x1c\x1d\x1e\x1f";
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) + 1 - first);
}

std::int64_t whole(double number) {
  if (std::isnan(number)) throw ValueError("cannot convert float NaN to integer");
  if (std::isinf(number)) throw OverflowError("cannot convert float infinity to integer");
  if (number < -kTwoTo63 || number >= kTwoTo63)
    throw OverflowError(real_repr(number) + " does not fit into an int of 64 bits; keep it as a float");
  return static_cast<std::int64_t>(number);
}

std::int64_t integer_from(const Value& text, int base) {
  std::string_view digits = trimmed(text.kind() == Kind::bytes ? text.as_bytes() : text.as_string());
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  const bool zeros = base == 0 && digits.size() > 1 && digits[0] == '0' &&
                     digits.find_first_not_of("0_") != std::string_view::npos && digits[1] >= '0' && digits[1] <= '9';
  const std::optional<std::int64_t> number = zeros ? std::nullopt : integer_of(digits, base, negative);
  if (!number) throw ValueError(fmt::format("invalid literal for int() with base {}: {}", base, brief(text)));
  return *number;
}

/// (quotient, rest) as divmod() gives them.
Value quotient_and_rest(const Value& a, const Value& b) {
  return Value::tuple({Value::binary(Operator::floor_divide, a, b), Value::binary(Operator::modulo, a, b)});
}

/// The inverse of `number` modulo `modulus`, of any sign. ValueError if they share a factor.
__int128 inverse(__int128 number, __int128 modulus) {
  __int128 a = number, b = modulus, x = 1, y = 0;
  while (b != 0) {
    const __int128 quotient = a / b;
    a = std::exchange(b, a - quotient * b);
    x = std::exchange(y, x - quotient * y);
  }
  if (a != 1 && a != -1) throw ValueError("base is not invertible for the given modulus");
  return x * a;
}

std::int64_t power_modulo(std::int64_t base, std::int64_t exponent, std::int64_t modulus) {
  if (modulus == 0) throw ValueError("pow() 3rd argument cannot be 0");
  const __int128 magnitude = modulus < 0 ? -static_cast<__int128>(modulus) : modulus;
  const auto reduced = [&](__int128 number) { return (number % magnitude + magnitude) % magnitude; };
  __int128 square = reduced(base), times = exponent, result = reduced(1);
  if (times < 0) {
    square = reduced(inverse(square, magnitude));
    times = -times;
  }
  for (; times > 0; times >>= 1, square = square * square % magnitude)
    if (times & 1) result = result * square % magnitude;
  return static_cast<std::int64_t>(modulus < 0 && result != 0 ? result + modulus : result);
}

/// round(number, digits) of an int: digits below 0 round to tens, hundreds, …
std::int64_t rounded_integer(std::int64_t number, std::int64_t digits) {
  if (digits >= 0) return number;
  if (digits < -19) return 0;
  __int128 unit = 1;
  for (std::int64_t i = digits; i < 0; ++i) unit *= 10;
  __int128 rest = static_cast<__int128>(number) % unit;
  if (rest < 0) rest += unit;
  __int128 below = number - rest;
  if (2 * rest > unit || (2 * rest == unit && below / unit % 2 != 0)) below += unit;
  if (below > std::numeric_limits<std::int64_t>::max() || below < std::numeric_limits<std::int64_t>::min())
    throw OverflowError(
        fmt::format("round({}, {}) does not fit into an int of 64 bits; round a float", number, digits));
  return static_cast<std::int64_t>(below);
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

}  // namespace

namespace builtin {

Value abs(Arguments& arguments) {
  arguments.expect(1, 1);
  return absolute(arguments[0]);
}

Value divmod(Arguments& arguments) {
  arguments.expect(2, 2);
  const Value &a = arguments[0], &b = arguments[1];
  if (!is_number(a) || !is_number(b) || a.kind() == Kind::complex || b.kind() == Kind::complex)
    throw TypeError(
        fmt::format("unsupported operand type(s) for divmod(): '{}' and '{}'", a.type_name(), b.type_name()));
  return quotient_and_rest(a, b);
}

Value pow(Arguments& arguments) {
  arguments.expect(2, {"base", "exp", "mod"});
  if (!arguments.has(2) || arguments[2].is_none()) return Value::binary(Operator::power, arguments[0], arguments[1]);
  for (std::size_t i = 0; i < 3; ++i)
    if (!is_integral(arguments[i])) throw TypeError("pow() 3rd argument not allowed unless all arguments are integers");
  return Value::integer(power_modulo(integral(arguments[0]), integral(arguments[1]), integral(arguments[2])));
}

Value round(Arguments& arguments) {
  arguments.expect(1, {"number", "ndigits"});
  const Value& number = arguments[0];
  if (!is_integral(number) && number.kind() != Kind::real)
    throw TypeError(fmt::format("type {} doesn't define __round__ method", number.type_name()));
  const bool to_whole = !arguments.has(1) || arguments[1].is_none();
  const std::int64_t digits = to_whole ? 0 : arguments.integer(1);
  if (is_integral(number)) return Value::integer(rounded_integer(integral(number), digits));
  if (to_whole) return Value::integer(whole(std::nearbyint(number.as_real())));
  const double result = rounded(number.as_real(), digits);
  if (std::isinf(result) && std::isfinite(number.as_real()))
    throw OverflowError("rounded value too large to represent; round to fewer digits before the point");
  return Value::real(result);
}

Value to_bool(Arguments& arguments) {
  arguments.expect(0, 1);
  return Value::boolean(arguments.has(0) && arguments[0].truth());
}

Value to_int(Arguments& arguments) {
  const std::optional<Value> base = arguments.take("base");
  if (base && arguments.size() == 0) throw TypeError("int() missing string argument: give a text before its base");
  if (base) arguments.positional.push_back(*base);
  arguments.expect(0, 2);
  if (!arguments.has(0)) return Value::integer(0);
  const Value& value = arguments[0];
  const bool is_text = value.kind() == Kind::string || value.kind() == Kind::bytes;
  if (arguments.has(1)) {
    const std::int64_t in_base = arguments.integer(1);
    if (!is_text) throw TypeError("int() can't convert non-string with explicit base");
    if (in_base != 0 && (in_base < 2 || in_base > 36)) throw ValueError("int() base must be >= 2 and <= 36, or 0");
    return Value::integer(integer_from(value, static_cast<int>(in_base)));
  }
  if (is_text) return Value::integer(integer_from(value, 10));
  if (is_integral(value)) return Value::integer(integral(value));
  if (value.kind() == Kind::real) return Value::integer(whole(value.as_real()));
  if (value.kind() == Kind::array && value.as_array().size() == 1)
    return Value::integer(whole(real_part(value.as_array().item(0), "int")));
  throw TypeError(fmt::format("int() argument must be a string or a real number, not '{}'", value.type_name()));
}

Value to_float(Arguments& arguments) {
  arguments.expect(0, 1);
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
  arguments.expect(0, {"real", "imag"});
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
  // Only what has an imaginary part adds one: -0.0 stays -0.0.
  return Value::complex({arguments[1].kind() == Kind::complex ? real.real() - imag.imag() : real.real(),
                         arguments[0].kind() == Kind::complex ? real.imag() + imag.real() : imag.real()});
}

}  // namespace builtin
}  // namespace enginery::evaluator
