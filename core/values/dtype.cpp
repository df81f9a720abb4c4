// core/values/dtype.cpp: numpy's promotion of dtypes.
#include "core/values/dtype.hpp"

namespace enginery {
namespace {

constexpr DType kSigned[] = {DType::i8, DType::i16, DType::i32, DType::i64};

/// The dtype of real numbers that holds all of `dtype` as numpy sees it: f32 for integers of 16 bits and fewer.
DType real_for(DType dtype) noexcept {
  if (class_of(dtype) < NumberClass::real) return size_of(dtype) <= 2 ? DType::f32 : DType::f64;
  return dtype == DType::f32 || dtype == DType::c64 ? DType::f32 : DType::f64;
}

}  // namespace

NumberClass class_of(DType dtype) noexcept {
  if (dtype == DType::boolean) return NumberClass::boolean;
  if (dtype <= DType::i64) return NumberClass::integer;
  if (dtype <= DType::u64) return NumberClass::unsigned_integer;
  return dtype <= DType::f64 ? NumberClass::real : NumberClass::complex;
}

DType promoted(DType a, DType b) noexcept {
  if (a == b || b == DType::boolean) return a;
  if (a == DType::boolean) return b;
  const NumberClass left = class_of(a), right = class_of(b);
  const NumberClass wider = std::max(left, right);
  if (wider >= NumberClass::real) {
    const DType real = std::max(real_for(a), real_for(b));
    if (wider == NumberClass::real) return real;
    return real == DType::f32 ? DType::c64 : DType::c128;
  }
  if (left == right) return std::max(a, b);
  // Signed meets unsigned: the smallest signed dtype that is wider than the unsigned one. For u64 there is none.
  const std::size_t positive = size_of(left == NumberClass::unsigned_integer ? a : b);
  const std::size_t other = size_of(left == NumberClass::unsigned_integer ? b : a);
  for (const DType dtype : kSigned)
    if (size_of(dtype) > positive && size_of(dtype) >= other) return dtype;
  return DType::f64;
}

DType promoted(DType array, Kind number) noexcept {
  if (number == Kind::complex) return array == DType::f32 || array == DType::c64 ? DType::c64 : DType::c128;
  if (number == Kind::real) return class_of(array) >= NumberClass::real ? array : DType::f64;
  return number == Kind::integer && array == DType::boolean ? DType::i64 : array;
}

DType dtype_of_number(const Value& number) noexcept {
  if (number.kind() == Kind::boolean) return DType::boolean;
  if (number.kind() == Kind::integer) return is_large(number) ? DType::u64 : DType::i64;
  return number.kind() == Kind::real ? DType::f64 : DType::c128;
}

}  // namespace enginery
