// core/arithmetic/array_arithmetic.cpp: numpy's + - * / // % ** between arrays and what is like one.
//
// The dtype of the result is numpy's. Six C++ types are enough to compute in: bools and all integers are computed in 64
// bits, and the low bits of that are the result; floats and complex numbers are computed as what they are. Operands
// are converted block by block, in buffers that stay in the cache, so the result is the only memory that grows with the
// arrays. A walk over the layouts of both sides and of the result does the broadcasting: a repeated axis has step 0.
#include "core/arithmetic/array_arithmetic.hpp"

#include <algorithm>

#include "core/arithmetic/operand.hpp"
#include "core/values/cast.hpp"
#include "core/values/objects.hpp"

namespace enginery {
namespace {

template <class C>
C divided(C a, C b) {
  if constexpr (is_complex<C>) {
    // Smith's method, as numpy divides. Infinities and zeros give other results than the compiler's division.
    using Real = typename C::value_type;
    const Real real = std::abs(b.real()), imaginary = std::abs(b.imag());
    if (real == 0 && imaginary == 0) return {a.real() / real, a.imag() / real};
    if (real >= imaginary) {
      const Real ratio = b.imag() / b.real(), scale = Real{1} / (b.real() + b.imag() * ratio);
      return {(a.real() + a.imag() * ratio) * scale, (a.imag() - a.real() * ratio) * scale};
    }
    const Real ratio = b.real() / b.imag(), scale = Real{1} / (b.imag() + b.real() * ratio);
    return {(a.real() * ratio + a.imag()) * scale, (a.imag() * ratio - a.real()) * scale};
  } else {
    return a / b;
  }
}

template <class C>
C multiplied(C a, C b) {
  if constexpr (is_complex<C>)
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  else
    return static_cast<C>(static_cast<Wrapping<C>>(a) * static_cast<Wrapping<C>>(b));
}

template <class C>
C added(C a, C b) {
  return static_cast<C>(static_cast<Wrapping<C>>(a) + static_cast<Wrapping<C>>(b));
}

template <class C>
C subtracted(C a, C b) {
  return static_cast<C>(static_cast<Wrapping<C>>(a) - static_cast<Wrapping<C>>(b));
}

template <class C>
C floor_divided(C a, C b) {
  if constexpr (std::is_floating_point_v<C>) {
    return b == 0 ? a / b : floor_quotient(a, b);
  } else if constexpr (std::is_signed_v<C>) {
    if (b == 0) return 0;
    if (b == -1) return subtracted(C{0}, a);
    return a / b - C(a % b != 0 && (a < 0) != (b < 0));
  } else {
    return b == 0 ? 0 : a / b;
  }
}

template <class C>
C remainder_of(C a, C b) {
  if constexpr (std::is_floating_point_v<C>) {
    return b == 0 ? std::fmod(a, b) : floor_modulo(a, b);
  } else if constexpr (std::is_signed_v<C>) {
    if (b == 0 || b == -1) return 0;
    const C rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
  } else {
    return b == 0 ? 0 : a % b;
  }
}

template <class C>
C power_by_squaring(C base, std::uint64_t exponent) {
  C result{1};
  for (; exponent > 0; exponent >>= 1, base = multiplied(base, base))
    if (exponent & 1) result = multiplied(result, base);
  return result;
}

template <class C>
C powered(C base, C exponent) {
  if constexpr (std::is_integral_v<C>) {
    return power_by_squaring(base, static_cast<std::uint64_t>(exponent));
  } else if constexpr (is_complex<C>) {
    using Real = typename C::value_type;
    if (exponent == C{}) return C{1};
    if (base == C{}) {
      const Real nan = std::numeric_limits<Real>::quiet_NaN();
      return exponent.real() > 0 && exponent.imag() == 0 ? C{} : C{nan, nan};
    }
    const Real times = std::abs(exponent.real());
    if (exponent.imag() != 0 || times >= 100 || std::floor(times) != times) return std::pow(base, exponent);
    const C whole = power_by_squaring(base, static_cast<std::uint64_t>(times));
    return exponent.real() < 0 ? divided(C{1}, whole) : whole;
  } else {
    return exponent == 2 ? base * base : std::pow(base, exponent);
  }
}

template <auto Function, class C>
void each(const C* a, const C* b, C* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = Function(a[i], b[i]);
}

/// Requires: result_dtype() has accepted the operator for such numbers.
template <class C>
void compute(Operator op, const C* a, const C* b, C* out, std::size_t count) {
  if (op == Operator::add) return each<added<C>>(a, b, out, count);
  if (op == Operator::subtract) return each<subtracted<C>>(a, b, out, count);
  if (op == Operator::multiply) return each<multiplied<C>>(a, b, out, count);
  if (op == Operator::power) return each<powered<C>>(a, b, out, count);
  if constexpr (!std::is_integral_v<C>)
    if (op == Operator::divide) return each<divided<C>>(a, b, out, count);
  if constexpr (!is_complex<C>) {
    if (op == Operator::floor_divide) return each<floor_divided<C>>(a, b, out, count);
    if (op == Operator::modulo) return each<remainder_of<C>>(a, b, out, count);
  }
}

/// The name of numpy's function behind an operator.
const char* ufunc_name(Operator op) noexcept {
  constexpr const char* kNames[] = {"add",          "subtract",  "multiply", "divide",
                                    "floor_divide", "remainder", "power",    "matmul"};
  return kNames[static_cast<std::size_t>(op)];
}

/// The dtype of the result for operands of the dtype `common`. TypeError if numpy has no such operator for them.
DType result_dtype(Operator op, DType common) {
  const NumberClass kind = class_of(common);
  const bool to_whole = op == Operator::floor_divide || op == Operator::modulo;
  if (op == Operator::subtract && kind == NumberClass::boolean)
    throw TypeError(
        "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or the "
        "logical_xor function instead.");
  if (to_whole && kind == NumberClass::complex)
    throw TypeError(std::string("ufunc '") + ufunc_name(op) +
                    "' not supported for the input types, and the inputs could not be safely coerced to any "
                    "supported types according to the casting rule ''safe''");
  if (op == Operator::divide) return kind < NumberClass::real ? DType::f64 : common;
  return (to_whole || op == Operator::power) && kind == NumberClass::boolean ? DType::i8 : common;
}

void check_exponents(const Array& exponents) {
  if (class_of(exponents.dtype()) != NumberClass::integer) return;
  each_number<std::int64_t>(exponents, [](std::int64_t exponent) {
    if (exponent < 0) throw ValueError("Integers to negative integer powers are not allowed.");
  });
}

/// The two sides, and the dtype and shape of the result.
struct Plan {
  Operand left, right;
  DType dtype;
  std::vector<std::int64_t> shape;
};

Plan plan(Operator op, const Value& a, const Value& b) {
  Operand left(a), right(b);
  const DType common = Operand::common(left, right), dtype = result_dtype(op, common);
  if (op != Operator::divide) {
    left.settle(common);
    right.settle(common);
  }
  if (op == Operator::power && class_of(dtype) <= NumberClass::integer) check_exponents(right.array());
  std::vector<std::int64_t> shape = broadcast_shape(left.array(), right.array());
  return {std::move(left), std::move(right), dtype, std::move(shape)};
}

/// Computes in the type of `plan.dtype`, into `out`, which may be the array on the left.
/// Requires: out has the shape plan.shape.
void run(Operator op, const Plan& plan, Array& out) {
  with_computed_type(plan.dtype, [&]<class C>(C) {
    Sink<C> sink(out);  // before the operands are read: it may move the memory of the left one
    each_pair<C>(plan.left.array(), plan.right.array(), out,
                 [&](const C* a, const C* b, std::int64_t position, std::size_t count) {
                   compute(op, a, b, sink.at(position), count);
                   sink.put(position, count);
                 });
  });
}

}  // namespace

bool meets_array(const Value& a, const Value& b) noexcept {
  return (a.kind() == Kind::array && Operand::accepts(b)) || (b.kind() == Kind::array && Operand::accepts(a));
}

Value array_binary(Operator op, const Value& a, const Value& b) {
  if (op == Operator::matmul) return result_value(matmul(a, b));
  const Plan sides = plan(op, a, b);
  Array result(sides.dtype, sides.shape, common_order(sides.left.array(), sides.right.array()));
  run(op, sides, result);
  return result_value(std::move(result));
}

void array_augment(Operator op, const Value& target, const Value& right) {
  Array& array = contents<ArrayObject>(target);
  const auto check = [&](DType dtype, std::span<const std::int64_t> shape) {
    if (class_of(dtype) > class_of(array.dtype()))
      throw TypeError(std::string("Cannot cast ufunc '") + ufunc_name(op) + "' output from dtype('" +
                      numpy_name(dtype) + "') to dtype('" + numpy_name(array.dtype()) +
                      "') with casting rule 'same_kind'");
    if (!std::equal(shape.begin(), shape.end(), array.shape().begin(), array.shape().end()))
      throw ValueError("non-broadcastable output operand with shape " + shape_text(array.shape()) +
                       " doesn't match the broadcast shape " + shape_text(shape));
  };
  if (op == Operator::matmul) {
    const Array product = matmul(target, right);
    check(product.dtype(), product.shape());
    array = cast(product, array.dtype());
    return;
  }
  const Plan sides = plan(op, target, right);
  check(sides.dtype, sides.shape);
  run(op, sides, array);
}

}  // namespace enginery
