// core/arithmetic/array_compare.cpp: numpy's < <= > >= == != element by element.
#include <algorithm>
#include <cmath>
#include <functional>

#include "core/arithmetic/array_arithmetic.hpp"
#include "core/arithmetic/operand.hpp"
#include "core/values/cast.hpp"

namespace enginery {
namespace {

/// As numpy, orders complex numbers by their real parts, then by their imaginary parts. NaN is in no order.
template <class Order, class C>
bool in_order(C a, C b) {
  if constexpr (is_complex<C>) {
    if (a.real() == b.real()) return Order{}(a.imag(), b.imag());
    return Order{}(a.real(), b.real()) && !std::isnan(a.imag()) && !std::isnan(b.imag());
  } else {
    return Order{}(a, b);
  }
}

template <class Order, class C>
void each(const C* a, const C* b, bool* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = in_order<Order>(a[i], b[i]);
}

template <class C>
void compute(Comparison op, const C* a, const C* b, bool* out, std::size_t count) {
  if (op == Comparison::less) return each<std::less<>>(a, b, out, count);
  if (op == Comparison::less_equal) return each<std::less_equal<>>(a, b, out, count);
  if (op == Comparison::greater) return each<std::less<>>(b, a, out, count);
  if (op == Comparison::greater_equal) return each<std::less_equal<>>(b, a, out, count);
  const bool equal = op == Comparison::equal;
  for (std::size_t i = 0; i < count; ++i) out[i] = (a[i] == b[i]) == equal;
}

template <class C>
void run(Comparison op, const Array& a, const Array& b, Array& out) {
  bool* const results = out.mutable_elements<bool>().data();
  each_pair<C>(a, b, out, [&](const C* x, const C* y, std::int64_t position, std::size_t count) {
    compute(op, x, y, results + position, count);
  });
}

/// Do both sides hold integers, and is there no type of 64 bits for all of them?
bool exceeds_integers(DType a, DType b) {
  return (a == DType::u64 && class_of(b) == NumberClass::integer) ||
         (b == DType::u64 && class_of(a) == NumberClass::integer);
}

}  // namespace

Value array_compare(Comparison op, const Value& a, const Value& b) {
  Operand left(a), right(b);
  const DType common = Operand::common(left, right);
  if (class_of(common) >= NumberClass::real) {  // compare with the number that the array would hold: f32 rounds it
    left.settle(common);
    right.settle(common);
  }
  const Array &x = left.array(), &y = right.array();
  Array result(DType::boolean, broadcast_shape(x, y), common_order(x, y));
  if (exceeds_integers(x.dtype(), y.dtype()))
    run<long double>(op, x, y, result);
  else if (class_of(common) == NumberClass::complex)
    run<std::complex<double>>(op, x, y, result);
  else if (class_of(common) == NumberClass::real)
    run<double>(op, x, y, result);
  else if (x.dtype() == DType::u64 || y.dtype() == DType::u64)
    run<std::uint64_t>(op, x, y, result);
  else
    run<std::int64_t>(op, x, y, result);
  return result_value(std::move(result));
}

}  // namespace enginery
