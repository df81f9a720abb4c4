// core/values/cast.hpp: the numbers of an array as those of another type, rounded or wrapped as numpy's casts do.
#pragma once

#include <algorithm>

#include <enginery/array.hpp>

namespace enginery {

/// How many numbers are converted at a time, in memory that stays in the cache.
constexpr std::size_t kBlock = 512;

/// The array's numbers as C's, block by block; those that are of that type already are not copied.
/// Defined, as Sink, for the types that are computed in, and for long double, which has all integers of 64 bits.
/// Requires: C is of the same class as the dtype or of a later one; integers go with all integers.
template <class C>
class Source {
 public:
  /// For a walk over `array` in runs whose elements are `step` apart.
  Source(const Array& array, std::int64_t step)
      : data_(array.data()), dtype_(array.dtype()), item_(size_of(dtype_)), step_(step) {}

  /// `count` numbers, at most kBlock, the first of them at `position`. They stay until the next call.
  const C* at(std::int64_t position, std::size_t count);

 private:
  const std::byte* data_;
  DType dtype_;
  std::size_t item_;
  std::int64_t step_;
  std::int64_t repeated_ = -1;  // the position whose number fills the buffer
  std::size_t filled_ = 0;
  C buffer_[kBlock];
};

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

/// Takes numbers computed as C's into an array of any dtype.
template <class C>
class Sink {
 public:
  explicit Sink(Array& array) : data_(array.mutable_data()), dtype_(array.dtype()), item_(size_of(dtype_)) {}

  /// Room for up to kBlock numbers that go to `position` and after it.
  C* at(std::int64_t position);
  /// Stores `count` numbers from the room that at(position) gave.
  void put(std::int64_t position, std::size_t count);

 private:
  std::byte* data_;
  DType dtype_;
  std::size_t item_;
  C buffer_[kBlock];
};

/// An array of `dtype` with function(number) for each number. `function` takes a C and gives an R. The layout stays.
template <class C, class R, class F>
Array mapped(const Array& array, DType dtype, F function) {
  Array result(dtype, array.shape(), array.order());
  Source<C> source(array, 1);
  Sink<R> sink(result);
  for (std::size_t done = 0; done < array.size(); done += kBlock) {
    const std::size_t count = std::min(kBlock, array.size() - done);
    const std::int64_t position = static_cast<std::int64_t>(done);
    const C* const from = source.at(position, count);
    std::transform(from, from + count, sink.at(position), function);
    sink.put(position, count);
  }
  return result;
}

/// The array as one of `dtype`, laid out as it is.
/// Requires: a dtype of the same class or a later one.
Array cast(const Array& array, DType dtype);

}  // namespace enginery
