// core/arithmetic/arithmetic.cpp: Python's + - * / // % ** on scalars and sequences.
#include <bit>
#include <cmath>
#include <limits>

#include "core/arithmetic/array_arithmetic.hpp"
#include "core/values/allocation_limit.hpp"
#include "core/values/objects.hpp"

namespace enginery {
namespace {

const char* symbol(Operator op) {
  static constexpr const char* kSymbols[] = {"+", "-", "*", "/", "//", "%", "**", "@"};
  static_assert(std::size(kSymbols) == static_cast<std::size_t>(Operator::matmul) + 1);
  return kSymbols[static_cast<std::size_t>(op)];
}

[[noreturn]] void throw_overflow(Operator op, Whole a, Whole b) {
  throw OverflowError(integer_text(a) + " " + symbol(op) + " " + integer_text(b) +
                      " does not fit into an int of 64 bits; use a float" + kIntRange);
}

[[noreturn]] void throw_zero(Operator op, bool real) {
  if (op == Operator::power) throw ZeroDivisionError("0.0 cannot be raised to a negative power");
  if (op == Operator::divide) throw ZeroDivisionError(real ? "float division by zero" : "division by zero");
  if (op == Operator::modulo) throw ZeroDivisionError(real ? "float modulo by zero" : "integer modulo by zero");
  throw ZeroDivisionError(real ? "float floor division by zero" : "integer division or modulo by zero");
}

std::uint64_t magnitude(Whole number) { return static_cast<std::uint64_t>(number < 0 ? -number : number); }

Whole integer_product(Whole a, Whole b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(magnitude(a)) * magnitude(b);
  if (product > static_cast<unsigned __int128>(kMostInt)) throw_overflow(Operator::multiply, a, b);
  return (a < 0) != (b < 0) ? -static_cast<Whole>(product) : static_cast<Whole>(product);
}

Whole integer_power(Whole base, Whole exponent) {
  std::uint64_t result = 1, square = magnitude(base);
  for (Whole rest = exponent; rest > 0; rest >>= 1) {
    if ((rest & 1) && __builtin_mul_overflow(result, square, &result)) throw_overflow(Operator::power, base, exponent);
    // The square after the last bit is not used, so its overflow would be a false alarm.
    if (rest > 1 && __builtin_mul_overflow(square, square, &square)) throw_overflow(Operator::power, base, exponent);
  }
  return base < 0 && (exponent & 1) ? -static_cast<Whole>(result) : static_cast<Whole>(result);
}

/// a / b, rounded once. Requires: neither is 0.
double integer_quotient(Whole a, Whole b) {
  constexpr double kExact = 9007199254740992.0;
  const double dividend = static_cast<double>(a), divisor = static_cast<double>(b);
  if (std::abs(dividend) < kExact && std::abs(divisor) < kExact) return dividend / divisor;
  // Divide as integers to more than 64 bits, and let the last bit say whether a remainder follows. Converting that to
  // a double, which keeps 53 bits, then rounds once and correctly.
  const int shift = 64 + std::countl_zero(magnitude(a));
  const unsigned __int128 scaled = static_cast<unsigned __int128>(magnitude(a)) << shift;
  const unsigned __int128 quotient = scaled / magnitude(b) | (scaled % magnitude(b) != 0);
  return std::copysign(std::ldexp(static_cast<double>(quotient), -shift), (a < 0) != (b < 0) ? -1.0 : 1.0);
}

/// Smith's method, as Python divides: |b|**2, which may overflow, is never computed.
std::complex<double> complex_quotient(std::complex<double> a, std::complex<double> b) {
  if (b == 0.0) throw ZeroDivisionError("complex division by zero");
  if (std::fabs(b.real()) >= std::fabs(b.imag())) {
    const double ratio = b.imag() / b.real(), divisor = b.real() + b.imag() * ratio;
    return {(a.real() + a.imag() * ratio) / divisor, (a.imag() - a.real() * ratio) / divisor};
  }
  const double ratio = b.real() / b.imag(), divisor = b.real() * ratio + b.imag();
  return {(a.real() * ratio + a.imag()) / divisor, (a.imag() * ratio - a.real()) / divisor};
}

/// base ** exponent by Python's own steps, so that the last bits are Python's.
std::complex<double> complex_power(std::complex<double> base, std::complex<double> exponent) {
  std::complex<double> result = 1;
  if (exponent.imag() == 0 && std::floor(exponent.real()) == exponent.real() && std::abs(exponent.real()) <= 100) {
    if (base == 0.0 && exponent.real() < 0) throw_zero(Operator::power, true);
    std::complex<double> square = base;
    for (int rest = static_cast<int>(std::abs(exponent.real())); rest > 0; rest >>= 1, square *= square)
      if (rest & 1) result *= square;
    if (exponent.real() < 0) result = complex_quotient(1, result);
  } else if (base == 0.0) {
    if (exponent.imag() != 0 || exponent.real() < 0) throw_zero(Operator::power, true);
    return 0;
  } else {
    const double size = std::hypot(base.real(), base.imag()), angle = std::atan2(base.imag(), base.real());
    double length = std::pow(size, exponent.real()), phase = angle * exponent.real();
    if (exponent.imag() != 0) {
      length *= std::exp(-angle * exponent.imag());
      phase += exponent.imag() * std::log(size);
    }
    result = {length * std::cos(phase), length * std::sin(phase)};
  }
  if (std::isinf(result.real()) || std::isinf(result.imag()))
    throw OverflowError("complex exponentiation: the result is beyond what a float holds");
  return result;
}

Value real_power(double base, double exponent) {
  if (base == 0 && exponent < 0) throw_zero(Operator::power, true);
  if (base < 0 && std::isfinite(base) && std::isfinite(exponent) && std::floor(exponent) != exponent)
    return Value::complex(complex_power(base, exponent));
  const double result = std::pow(base, exponent);
  if (std::isinf(result) && std::isfinite(base) && std::isfinite(exponent))
    throw OverflowError("(34, 'Numerical result out of range'): " + real_repr(base) + " ** " + real_repr(exponent));
  return Value::real(result);
}

Whole floor_modulo_of(Whole a, Whole b) {
  const Whole rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

Value integers(Operator op, Whole a, Whole b) {
  const bool divides = op == Operator::divide || op == Operator::floor_divide || op == Operator::modulo;
  if (b == 0 && divides) throw_zero(op, false);
  if (op == Operator::divide) return Value::real(a == 0 ? 0 / static_cast<double>(b) : integer_quotient(a, b));
  if (op == Operator::power && b < 0) {
    if (a == 0) throw_zero(op, false);
    return Value::real(std::pow(static_cast<double>(a), static_cast<double>(b)));
  }
  const Whole result = op == Operator::add            ? a + b
                       : op == Operator::subtract     ? a - b
                       : op == Operator::multiply     ? integer_product(a, b)
                       : op == Operator::floor_divide ? (a - floor_modulo_of(a, b)) / b
                       : op == Operator::modulo       ? floor_modulo_of(a, b)
                                                      : integer_power(a, b);
  if (!is_int(result)) throw_overflow(op, a, b);
  return integer_value(result);
}

Value reals(Operator op, double a, double b) {
  if (op == Operator::add) return Value::real(a + b);
  if (op == Operator::subtract) return Value::real(a - b);
  if (op == Operator::multiply) return Value::real(a * b);
  if (op == Operator::power) return real_power(a, b);
  if (b == 0) throw_zero(op, true);
  if (op == Operator::divide) return Value::real(a / b);
  return Value::real(op == Operator::modulo ? floor_modulo(a, b) : floor_quotient(a, b));
}

double as_double(const Value& value) {
  return is_integral(value) ? static_cast<double>(integral(value)) : contents<RealObject>(value);
}
std::complex<double> as_complex_number(const Value& value) {
  return value.kind() == Kind::complex ? contents<ComplexObject>(value) : as_double(value);
}

[[noreturn]] void throw_unsupported(Operator op, const Value& a, const Value& b, const char* suffix = "") {
  std::string remedy;
  if (a.kind() == Kind::array || b.kind() == Kind::array) remedy = "; arrays compute with numbers, lists and arrays";
  throw TypeError(std::string("unsupported operand type(s) for ") + symbol(op) + suffix + ": '" + a.type_name() +
                  "' and '" + b.type_name() + "'" + remedy);
}

Value numbers(Operator op, const Value& a, const Value& b) {
  if (a.kind() != Kind::complex && b.kind() != Kind::complex) return reals(op, as_double(a), as_double(b));
  const std::complex<double> left = as_complex_number(a), right = as_complex_number(b);
  if (op == Operator::add) return Value::complex(left + right);
  if (op == Operator::subtract) return Value::complex(left - right);
  if (op == Operator::multiply) return Value::complex(left * right);
  if (op == Operator::divide) return Value::complex(complex_quotient(left, right));
  if (op == Operator::power) return Value::complex(complex_power(left, right));
  throw_unsupported(op, a, b);
}

/// The length of a sequence of `size` items, repeated. OverflowError beyond what memory could ever hold.
std::size_t repeated(std::size_t size, Whole times) {
  if (times <= 0) return 0;
  std::size_t result;
  if (times > std::numeric_limits<std::int64_t>::max() ||
      __builtin_mul_overflow(size, static_cast<std::size_t>(times), &result) || result > (std::size_t{1} << 46))
    throw OverflowError("cannot repeat " + std::to_string(size) + " items " + integer_text(times) +
                        " times; make a smaller one");
  return result;
}

template <class Sequence>
Sequence repeat(const Sequence& sequence, Whole times) {
  Sequence result;
  const std::size_t size = repeated(sequence.size(), times);
  AllocationLimit::charge(size * sizeof(typename Sequence::value_type));
  result.reserve(size);
  while (result.size() < size) result.insert(result.end(), sequence.begin(), sequence.end());
  return result;
}

template <class Sequence>
Sequence joined(const Sequence& a, const Sequence& b) {
  AllocationLimit::charge((a.size() + b.size()) * sizeof(typename Sequence::value_type));
  Sequence result;
  result.reserve(a.size() + b.size());
  result.insert(result.end(), a.begin(), a.end());
  result.insert(result.end(), b.begin(), b.end());
  return result;
}

bool is_sequence(const Value& value) { return value.kind() >= Kind::string && value.kind() <= Kind::tuple; }

/// A new sequence of `kind`. `f` makes its items; the argument of `f` reads the items of any Value of that kind.
template <class F>
Value new_sequence(Kind kind, F f) {
  if (kind == Kind::string) return Value::string(f(contents<StringObject>));
  if (kind == Kind::bytes) return Value::bytes(f(contents<BytesObject>));
  if (kind == Kind::list) return Value::list(f(items_of));
  return Value::tuple(f(items_of));
}

}  // namespace

Value Value::binary(Operator op, const Value& a, const Value& b) {
  if (op != Operator::matmul && is_number(a) && is_number(b)) {
    if (is_integral(a) && is_integral(b)) return integers(op, integral(a), integral(b));
    return numbers(op, a, b);
  }
  if (meets_array(a, b)) return array_binary(op, a, b);
  if (op == Operator::add && a.kind() == b.kind() && is_sequence(a))
    return new_sequence(a.kind(), [&](auto items) { return joined(items(a), items(b)); });
  if (op == Operator::multiply && is_sequence(a) && is_integral(b))
    return new_sequence(a.kind(), [&](auto items) { return repeat(items(a), integral(b)); });
  if (op == Operator::multiply && is_integral(a) && is_sequence(b)) return binary(op, b, a);
  throw_unsupported(op, a, b, op == Operator::power ? " or pow()" : "");
}

Value& Value::augment(Operator op, const Value& right) {
  if (kind() == Kind::array && meets_array(*this, right)) {
    array_augment(op, *this, right);
    return *this;
  }
  // list += array makes an array, as list + array does.
  if (kind() == Kind::list && op == Operator::add && right.kind() != Kind::array) {
    const List added = right.elements();  // a copy, since a list may be added to itself
    List& items = contents<ListObject>(*this);
    AllocationLimit::charge((items.size() + added.size()) * sizeof(Value));
    items.insert(items.end(), added.begin(), added.end());
    return *this;
  }
  if (kind() == Kind::list && op == Operator::multiply && is_integral(right)) {
    List& items = contents<ListObject>(*this);
    List result = repeat(items, integral(right));
    items.swap(result);
    return *this;
  }
  return *this = binary(op, *this, right);
}

Value Value::operator-() const {
  if (is_integral(*this)) return integers(Operator::subtract, 0, integral(*this));
  if (kind() == Kind::real) return real(-contents<RealObject>(*this));
  if (kind() == Kind::complex) return complex(-contents<ComplexObject>(*this));
  if (kind() == Kind::array) return array_negative(contents<ArrayObject>(*this));
  throw TypeError("bad operand type for unary -: '" + type_name() + "'");
}

Value Value::operator+() const {
  if (kind() == Kind::boolean) return integer_value(integral(*this));
  if (is_number(*this)) return *this;
  if (kind() == Kind::array) return array_positive(contents<ArrayObject>(*this));
  throw TypeError("bad operand type for unary +: '" + type_name() + "'");
}

Value Value::operator~() const {
  if (is_integral(*this)) return integers(Operator::subtract, -1, integral(*this));
  if (kind() == Kind::array) return array_invert(contents<ArrayObject>(*this));
  throw TypeError("bad operand type for unary ~: '" + type_name() + "'");
}

Value absolute(const Value& value) {
  if (is_integral(value)) {
    const Value number = +value;
    return integral(number) < 0 ? -number : number;
  }
  if (value.kind() == Kind::real) return Value::real(std::abs(contents<RealObject>(value)));
  if (value.kind() == Kind::complex) {
    const std::complex<double> number = contents<ComplexObject>(value);
    return Value::real(std::hypot(number.real(), number.imag()));
  }
  if (value.kind() == Kind::array) return array_absolute(contents<ArrayObject>(value));
  throw TypeError("bad operand type for abs(): '" + value.type_name() + "'");
}

}  // namespace enginery
