// core/arithmetic/reduce.cpp: sum, min and max of arrays.
#include "core/arithmetic/reduce.hpp"

#include <algorithm>

#include "core/arithmetic/array_arithmetic.hpp"
#include "core/values/cast.hpp"
#include "core/values/dtype.hpp"

namespace enginery {
namespace {

DType sum_dtype(DType dtype) {
  switch (class_of(dtype)) {
    case NumberClass::boolean:
    case NumberClass::integer:
      return DType::i64;
    case NumberClass::unsigned_integer:
      return DType::u64;
    default:
      return dtype;
  }
}

/// Calls `f` with each number of the array, as a C, in the order of memory.
template <class C, class F>
void each_number(const Array& array, F f) {
  Source<C> source(array, 1);
  for (std::size_t done = 0; done < array.size(); done += kBlock) {
    const std::size_t count = std::min(kBlock, array.size() - done);
    const C* const block = source.at(static_cast<std::int64_t>(done), count);
    std::for_each(block, block + count, f);
  }
}

/// Where the number lies that `comes_before` all others.
template <class Before>
Value first_of(const Array& array, const char* name, Before comes_before) {
  if (array.ndim() != 1)
    throw ValueError(std::string(name) + "() takes a vector, not an " + array.describe() + "; take a part of it");
  if (array.size() == 0) throw ValueError(std::string(name) + "() arg is an empty sequence");
  std::size_t best = 0, index = 0;
  with_computed_type(array.dtype(), [&]<class C>(C) {
    if constexpr (is_complex<C>) {
      throw TypeError("complex numbers have no order: take the " + std::string(name) + "() of their abs()");
    } else {
      C extreme{};
      each_number<C>(array, [&](C number) {
        // What differs from itself is NaN: the first one stays.
        if (index == 0 || (extreme == extreme && (comes_before(number, extreme) || number != number))) {
          extreme = number;
          best = index;
        }
        ++index;
      });
    }
  });
  return array.item(best);
}

}  // namespace

Value sum(const Array& array) {
  if (array.ndim() == 0) throw TypeError("iteration over a 0-d array");
  const DType dtype = sum_dtype(array.dtype());
  Array total = Array::zeros(dtype, array.shape().subspan(1));
  if (array.ndim() > 1) {
    const Value result = Value::array(std::move(total));
    for (std::int64_t row = 0; row < array.shape()[0]; ++row)
      array_augment(Operator::add, result, Value::array(array.row(row)));
    return result;
  }
  with_computed_type(dtype, [&]<class C>(C) {
    using Wrapping = std::conditional_t<std::is_integral_v<C>, std::uint64_t, C>;
    Wrapping sum{};
    each_number<C>(array, [&](C number) { sum += static_cast<Wrapping>(number); });
    total.mutable_elements<C>()[0] = static_cast<C>(sum);
  });
  return total.item(0);
}

Value smallest(const Array& array) {
  return first_of(array, "min", [](auto a, auto b) { return a < b; });
}

Value largest(const Array& array) {
  return first_of(array, "max", [](auto a, auto b) { return a > b; });
}

}  // namespace enginery
