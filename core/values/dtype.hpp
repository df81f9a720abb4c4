// core/values/dtype.hpp: the C++ types behind dtypes, and which dtype two of them make.
#pragma once

#include <complex>
#include <cstdint>
#include <string>
#include <type_traits>

#include <enginery/array.hpp>
#include <enginery/handle.hpp>

namespace enginery {

/// Calls `f` with a value of the C++ type of `dtype`.
template <class F>
decltype(auto) with_type(DType dtype, F f) {
  switch (dtype) {
    case DType::boolean:
      return f(bool{});
    case DType::i8:
      return f(std::int8_t{});
    case DType::i16:
      return f(std::int16_t{});
    case DType::i32:
      return f(std::int32_t{});
    case DType::i64:
      return f(std::int64_t{});
    case DType::u8:
      return f(std::uint8_t{});
    case DType::u16:
      return f(std::uint16_t{});
    case DType::u32:
      return f(std::uint32_t{});
    case DType::u64:
      return f(std::uint64_t{});
    case DType::f32:
      return f(float{});
    case DType::f64:
      return f(double{});
    case DType::c64:
      return f(std::complex<float>{});
    case DType::c128:
      return f(std::complex<double>{});
  }
  __builtin_unreachable();
}

/// As that, with the type that numbers of `dtype` are computed in: integers in 64 bits, the others as they are.
template <class F>
decltype(auto) with_computed_type(DType dtype, F f) {
  return with_type(dtype, [&]<class T>(T number) -> decltype(auto) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, std::uint64_t>)
      return f(std::int64_t{});
    else
      return f(number);
  });
}

template <class T>
constexpr bool is_complex = std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;

/// What can hold what, roughly: a dtype may be cast to one of the same or a later class, as numpy's 'same_kind' says.
enum class NumberClass : std::uint8_t { boolean, unsigned_integer, integer, real, complex };
NumberClass class_of(DType dtype) noexcept;

/// numpy's name: "bool", "int8", …, "complex128".
const char* numpy_name(DType dtype) noexcept;

/// The dtype that numpy computes in when arrays of these two meet.
DType promoted(DType a, DType b) noexcept;
/// As that, for an array and a Python number of the kind `number`: bool, int, float and complex give way to the
/// array's dtype if it is of their class or a later one.
DType promoted(DType array, Kind number) noexcept;

/// Of the array that holds this number: i64 for an int, or u64 where only that does. Requires: it is a number.
DType dtype_of_number(const Value& number) noexcept;

}  // namespace enginery
