// core/values/cast.cpp: numbers of one type as those of another.
//
// There are 13 dtypes, but loops that compute are compiled for six C++ types only, and those that compare u64 with
// signed integers for long double. Source converts numbers of any dtype to one of them on the way in, Sink converts the
// results on the way out, a block of kBlock numbers at a time. Numbers that have the right type already and lie side by
// side are used where they are. A Source whose step is 0 repeats one number: it fills its block once.
#include "core/values/cast.hpp"

#include <cstring>
#include <functional>

#include "core/values/dtype.hpp"

namespace enginery {
namespace {

template <class T>
constexpr NumberClass kClass = std::is_same_v<T, bool>       ? NumberClass::boolean
                               : is_complex<T>               ? NumberClass::complex
                               : std::is_floating_point_v<T> ? NumberClass::real
                               : std::is_unsigned_v<T>       ? NumberClass::unsigned_integer
                                                             : NumberClass::integer;

/// Does any caller cast From to To? Integers of either sign are computed in those of the other.
template <class From, class To>
constexpr bool kCasts = kClass<From> <= kClass<To> ||
                        (std::is_integral_v<From> && std::is_integral_v<To>) || std::is_same_v<To, bool>;

template <class To, class From>
To number_cast(From number) {
  if constexpr (std::is_same_v<To, bool>)
    return number != From{};
  else if constexpr (is_complex<To> && is_complex<From>)
    return To(number);
  else if constexpr (is_complex<To>)
    return To(static_cast<typename To::value_type>(number));
  else
    return static_cast<To>(number);
}

/// `count` numbers of `dtype`, `step` apart.
template <class C>
void load(DType dtype, const std::byte* from, std::int64_t step, std::size_t count, C* to) {
  with_type(dtype, [&]<class T>(T) {
    if constexpr (kCasts<T, C>) {
      const T* numbers = reinterpret_cast<const T*>(from);
      if (step == 1)
        for (std::size_t i = 0; i < count; ++i) to[i] = number_cast<C>(numbers[i]);
      else
        for (std::size_t i = 0; i < count; ++i, numbers += step) to[i] = number_cast<C>(*numbers);
    } else {
      __builtin_unreachable();
    }
  });
}

/// `count` numbers, as those of `dtype`, side by side.
template <class C>
void store(const C* from, std::size_t count, DType dtype, std::byte* to) {
  with_type(dtype, [&]<class T>(T) {
    if constexpr (kCasts<C, T>) {
      T* const numbers = reinterpret_cast<T*>(to);
      for (std::size_t i = 0; i < count; ++i) numbers[i] = number_cast<T>(from[i]);
    } else {
      __builtin_unreachable();
    }
  });
}

}  // namespace

template <class C>
const C* Source<C>::at(std::int64_t position, std::size_t count) {
  const std::byte* const from = data_ + position * static_cast<std::int64_t>(item_);
  if constexpr (Number<C>)
    if (step_ == 1 && dtype_ == dtype_of<C>()) return reinterpret_cast<const C*>(from);
  if (step_ != 0) {
    load(dtype_, from, step_, count, buffer_);
    return buffer_;
  }
  if (repeated_ == position && filled_ >= count) return buffer_;
  load(dtype_, from, 0, 1, buffer_);
  std::fill(buffer_ + 1, buffer_ + count, buffer_[0]);
  repeated_ = position;
  filled_ = count;
  return buffer_;
}

template <class C>
C* Sink<C>::at(std::int64_t position) {
  if (dtype_ == dtype_of<C>()) return reinterpret_cast<C*>(data_) + position;
  return buffer_;
}

template <class C>
void Sink<C>::put(std::int64_t position, std::size_t count) {
  if (dtype_ != dtype_of<C>()) store(buffer_, count, dtype_, data_ + position * static_cast<std::int64_t>(item_));
}

template class Source<std::int64_t>;
template class Source<std::uint64_t>;
template class Source<float>;
template class Source<double>;
template class Source<long double>;
template class Source<std::complex<float>>;
template class Source<std::complex<double>>;
template class Sink<std::int64_t>;
template class Sink<std::uint64_t>;
template class Sink<float>;
template class Sink<double>;
template class Sink<std::complex<float>>;
template class Sink<std::complex<double>>;

Array cast(const Array& array, DType dtype) {
  if (array.dtype() == dtype) return array;
  return with_computed_type(dtype, [&]<class C>(C) { return mapped<C, C>(array, dtype, std::identity()); });
}

}  // namespace enginery
