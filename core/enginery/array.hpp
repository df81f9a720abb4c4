// core/enginery/array.hpp: numbers of one type in n dimensions, in memory with an owner.
#pragma once

#include <array>
#include <cstring>
#include <initializer_list>
#include <type_traits>

#include <enginery/bytes.hpp>
#include <enginery/errors.hpp>
#include <enginery/standard_types.hpp>

namespace enginery {

class Value;

enum class DType : std::uint8_t { boolean, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, c64, c128 };
/// Which index runs fastest: the last (C), or the first (Fortran, Eigen).
enum class Order : std::uint8_t { row_major, column_major };

ENGINERY_API std::size_t size_of(DType dtype) noexcept;
/// "bool", "i8", …, "c128".
ENGINERY_API const char* to_string(DType dtype) noexcept;

/// Is T a number that arrays are made of? Not char (text) and not long double.
template <class T>
concept Number = std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::complex<float>> ||
    std::is_same_v<T, std::complex<double>> ||
    (std::is_integral_v<T> && sizeof(T) <= 8 && !std::is_same_v<T, char> && !std::is_same_v<T, wchar_t> &&
     !std::is_same_v<T, char8_t> && !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t>);

template <Number T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, bool>)
    return DType::boolean;
  else if constexpr (std::is_same_v<T, float>)
    return DType::f32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::f64;
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    return DType::c64;
  else if constexpr (std::is_same_v<T, std::complex<double>>)
    return DType::c128;
  else {
    constexpr int step = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    return static_cast<DType>(static_cast<int>(std::is_signed_v<T> ? DType::i8 : DType::u8) + step);
  }
}

/// A contiguous array. Copies share the memory until one of them is written to. Pointers and spans live as long as the
/// array; one that is a temporary gives none: keep it in a variable.
///
/// Threads: as a std::vector; memory that is shared with arrays of other threads is never written to.
class ENGINERY_API Array {
 public:
  static constexpr std::size_t kMaxDimensions = 16;

  /// Empty: f64, shape (0).
  Array() noexcept;
  /// Uninitialised memory. ValueError for a negative extent, too many dimensions, or more bytes than an address counts.
  Array(DType dtype, std::span<const std::int64_t> shape, Order order = Order::row_major);
  Array(DType dtype, std::initializer_list<std::int64_t> shape, Order order = Order::row_major)
      : Array(dtype, std::span(shape.begin(), shape.size()), order) {}
  /// Sits on `bytes`, which stay as they are: the first write copies them. ValueError if they are not of the size that
  /// the shape needs. (Bytes that are not aligned for the dtype are copied at once.)
  Array(DType dtype, std::span<const std::int64_t> shape, Order order, Bytes bytes);
  /// As that, on memory that may be written in place by whoever is the only owner of `owner`.
  Array(DType dtype, std::span<const std::int64_t> shape, Order order, std::shared_ptr<void> owner, std::byte* data);
  static Array zeros(DType dtype, std::span<const std::int64_t> shape, Order order = Order::row_major);
  /// 1-d, a copy.
  template <Number T>
  static Array of(std::span<const T> numbers) {
    const std::int64_t extent = static_cast<std::int64_t>(numbers.size());
    Array array(dtype_of<T>(), std::span(&extent, 1));
    if (!numbers.empty()) std::memcpy(array.data_, numbers.data(), numbers.size_bytes());
    return array;
  }

  DType dtype() const noexcept { return dtype_; }
  Order order() const noexcept { return order_; }
  std::size_t ndim() const noexcept { return ndim_; }
  std::span<const std::int64_t> shape() const& noexcept { return {shape_.data(), ndim_}; }
  std::span<const std::int64_t> shape() const&& = delete;
  /// Elements.
  std::size_t size() const noexcept { return size_; }
  std::size_t nbytes() const noexcept { return size_ * size_of(dtype_); }
  /// Distance between neighbours along `axis`, in elements.
  std::int64_t stride(std::size_t axis) const noexcept;
  /// Is the memory laid out as `order` says? (Both are true of one dimension.)
  bool fits(Order order) const noexcept;

  const std::byte* data() const& noexcept { return data_; }
  const std::byte* data() const&& = delete;
  /// Memory that is this array's alone: copied first if anybody else holds it or if it must not be written to.
  /// Pointers got before are then those of the other holders.
  std::byte* mutable_data() &;
  /// All elements in the order of memory. TypeError if the dtype is not T's.
  template <Number T>
  std::span<const T> elements() const& {
    require(dtype_of<T>());
    return {reinterpret_cast<const T*>(data_), size_};
  }
  template <Number T>
  std::span<const T> elements() const&& = delete;
  template <Number T>
  std::span<T> mutable_elements() & {
    require(dtype_of<T>());
    return {reinterpret_cast<T*>(mutable_data()), size_};
  }
  /// The memory itself, shared: a later write to this array copies first.
  Bytes bytes() const;

  /// The element at `index` in row-major counting, as bool, int, float or complex.
  Value item(std::size_t index) const;
  /// Sets the element at `index` in row-major counting to what narrowed() would make of it.
  void set_item(std::size_t index, const Value& value);
  /// The part of the first axis that `start, start + step, …` (count of them) names; a copy. Requires: they exist.
  Array take(std::int64_t start, std::int64_t step, std::int64_t count) const;
  /// self[index] along the first axis, as an array of one dimension less. Requires: ndim() > 1 and index in range.
  Array row(std::int64_t index) const;

  /// The same numbers as another dtype. ValueError, which names the first number that would lose something.
  Array converted(DType to) const;
  /// As that, but floats are rounded to the nearest narrower ones. OverflowError, which names the first number that
  /// would become infinite. Everything that takes numbers from Values takes them so.
  Array narrowed(DType to) const;
  /// The same array in another order of memory.
  Array ordered(Order to) const;
  /// The same elements in another shape, counted in the order of memory. ValueError if the count differs.
  Array reshaped(std::span<const std::int64_t> shape) const;

  /// "f64 array of shape (2, 3)", for messages.
  std::string describe() const;

  /// Equal shapes and numerically equal elements; dtype and order do not matter. NaN differs from NaN.
  friend bool operator==(const Array& a, const Array& b) { return equal(a, b); }

 private:
  static bool equal(const Array& a, const Array& b);
  void set_shape(std::span<const std::int64_t> shape);
  void allocate();
  void require(DType wanted) const;
  /// Where, in memory, the element that is `index`th in row-major counting is.
  std::size_t position(std::size_t index) const noexcept;

  DType dtype_ = DType::f64;
  Order order_ = Order::row_major;
  bool writable_ = true;
  std::uint8_t ndim_ = 1;
  std::size_t size_ = 0;
  std::byte* data_;  // never null; written to only if writable_ and nobody else holds owner_
  std::shared_ptr<const void> owner_;
  std::array<std::int64_t, kMaxDimensions> shape_{};
};

}  // namespace enginery
