// core/values/array.cpp: the memory of arrays: whose it is, how it is laid out, when it is copied.
//
// Copies of an Array share its memory, whoever owns it: the array itself, a message that was received, a caller's
// object. mutable_data() is the only way to write: it copies the elements first if another array holds the memory, or
// if the memory may not be written to. Arrays without elements share one place that is never written to.
#include <enginery/array.hpp>

#include <algorithm>
#include <atomic>

#include "core/values/allocation_limit.hpp"
#include "core/values/dtype.hpp"
#include "core/values/layout.hpp"

namespace enginery {
namespace {

constexpr std::size_t kAlignment = 64;              // a cache line, and what the widest vector instructions want
alignas(kAlignment) std::byte nothing[kAlignment];  // where arrays without elements point to; nothing is written there

struct DTypeFacts {
  const char *name, *in_numpy;
  std::size_t size, alignment;
};
constexpr DTypeFacts kFacts[] = {
    {"bool", "bool", 1, 1},        {"i8", "int8", 1, 1},     {"i16", "int16", 2, 2},   {"i32", "int32", 4, 4},
    {"i64", "int64", 8, 8},        {"u8", "uint8", 1, 1},    {"u16", "uint16", 2, 2},  {"u32", "uint32", 4, 4},
    {"u64", "uint64", 8, 8},       {"f32", "float32", 4, 4}, {"f64", "float64", 8, 8}, {"c64", "complex64", 8, 4},
    {"c128", "complex128", 16, 8},
};

const DTypeFacts& facts(DType dtype) noexcept { return kFacts[static_cast<std::size_t>(dtype)]; }

}  // namespace

std::size_t size_of(DType dtype) noexcept { return facts(dtype).size; }
const char* to_string(DType dtype) noexcept { return facts(dtype).name; }
const char* numpy_name(DType dtype) noexcept { return facts(dtype).in_numpy; }

Array::Array() noexcept : data_(nothing) {}

Array::Array(DType dtype, std::span<const std::int64_t> shape, Order order) : dtype_(dtype), order_(order) {
  set_shape(shape);
  allocate();
}

Array::Array(DType dtype, std::span<const std::int64_t> shape, Order order, Bytes bytes)
    : dtype_(dtype), order_(order), writable_(false) {
  set_shape(shape);
  if (bytes.size() != nbytes())
    throw ValueError("an " + describe() + " needs " + std::to_string(nbytes()) + " bytes, got " +
                     std::to_string(bytes.size()));
  // A bool in memory is 0 or 1, else reading it is undefined: bytes from outside may be anything.
  const bool odd = dtype == DType::boolean && std::any_of(bytes.span().begin(), bytes.span().end(),
                                                          [](std::byte byte) { return byte > std::byte{1}; });
  if (size_ == 0 || odd || reinterpret_cast<std::uintptr_t>(bytes.data()) % facts(dtype).alignment != 0) {
    allocate();
    if (size_ != 0) std::memcpy(data_, bytes.data(), bytes.size());
    if (odd)
      for (std::size_t i = 0; i < size_; ++i) data_[i] = std::byte{data_[i] != std::byte{0}};
    return;
  }
  owner_ = bytes.owner();
  data_ = const_cast<std::byte*>(bytes.data());
}

Array::Array(DType dtype, std::span<const std::int64_t> shape, Order order, std::shared_ptr<void> owner,
             std::byte* data)
    : dtype_(dtype), order_(order), data_(data), owner_(std::move(owner)) {
  set_shape(shape);
  if (size_ == 0)
    allocate();
  else if (reinterpret_cast<std::uintptr_t>(data) % facts(dtype).alignment != 0)
    throw ValueError("the memory for an " + describe() + " is not aligned to " +
                     std::to_string(facts(dtype).alignment) +
                     " bytes; align it, or give it as Bytes, which are then copied");
}

Array Array::zeros(DType dtype, std::span<const std::int64_t> shape, Order order) {
  Array array(dtype, shape, order);
  std::memset(array.data_, 0, array.nbytes());
  return array;
}

void Array::set_shape(std::span<const std::int64_t> shape) {
  if (shape.size() > kMaxDimensions)
    throw ValueError("an array has at most " + std::to_string(kMaxDimensions) + " dimensions, not " +
                     std::to_string(shape.size()));
  // The extents of an empty array are checked too: strides are computed from them, and their product must not overflow.
  std::size_t product = 1, elements = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0)
      throw ValueError("an array cannot have the shape " + shape_text(shape, ", ") + ": extents are not negative");
    elements *= static_cast<std::size_t>(extent);
    if (extent > 1 && __builtin_mul_overflow(product, static_cast<std::size_t>(extent), &product)) product = SIZE_MAX;
    if (product > static_cast<std::size_t>(INT64_MAX) / facts(dtype_).size)
      throw ValueError("an array of shape " + shape_text(shape, ", ") +
                       " has more bytes than can be counted; use smaller parts");
  }
  ndim_ = static_cast<std::uint8_t>(shape.size());
  std::copy(shape.begin(), shape.end(), shape_.begin());
  size_ = elements;
}

void Array::allocate() {
  if (size_ == 0) {
    data_ = nothing;
    owner_.reset();
    writable_ = true;
    return;
  }
  AllocationLimit::charge(nbytes());
  // One allocation holds the counter and the numbers. The numbers are not initialised: that would touch every page.
  std::shared_ptr<std::byte[]> memory = std::make_shared_for_overwrite<std::byte[]>(nbytes() + kAlignment - 1);
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(memory.get());
  data_ = memory.get() + (kAlignment - address % kAlignment) % kAlignment;
  owner_ = std::move(memory);
  writable_ = true;
}

std::byte* Array::mutable_data() & {
  if (size_ == 0) return data_;
  if (writable_ && owner_.use_count() == 1) {
    // Another thread may have read this memory until it dropped the last other handle: its reads come before our
    // writes.
    std::atomic_thread_fence(std::memory_order_acquire);
    return data_;
  }
  const std::shared_ptr<const void> before = owner_;
  const std::byte* const from = data_;
  allocate();
  std::memcpy(data_, from, nbytes());
  return data_;
}

Bytes Array::bytes() const { return Bytes(owner_, {data_, nbytes()}); }

std::int64_t Array::stride(std::size_t axis) const noexcept {
  std::int64_t step = 1;
  if (order_ == Order::row_major)
    for (std::size_t i = ndim_; i-- > axis + 1;) step *= shape_[i];
  else
    for (std::size_t i = 0; i < axis; ++i) step *= shape_[i];
  return step;
}

bool Array::fits(Order order) const noexcept {
  if (order == order_ || size_ == 0) return true;
  std::size_t longer = 0;
  for (const std::int64_t extent : shape()) longer += extent > 1;
  return longer <= 1;
}

void Array::require(DType wanted) const {
  if (dtype_ != wanted)
    throw TypeError(std::string("expected an array of ") + to_string(wanted) + ", got an " + describe() +
                    "; convert it with converted()");
}

std::size_t Array::position(std::size_t index) const noexcept {
  if (fits(Order::row_major)) return index;
  std::size_t at = 0;
  for (std::size_t axis = ndim_; axis-- > 0;) {
    const std::size_t extent = static_cast<std::size_t>(shape_[axis]);
    at += index % extent * static_cast<std::size_t>(stride(axis));
    index /= extent;
  }
  return at;
}

Array Array::take(std::int64_t start, std::int64_t step, std::int64_t count) const {
  Layout part(*this);
  part.start = start * part.steps[0];
  part.steps[0] = count > 1 ? part.steps[0] * step : 0;  // the step of a single one may not fit
  part.extents[0] = count;
  return copied(*this, part, order_);
}

Array Array::row(std::int64_t index) const {
  Array part = take(index, 1, 1);
  std::copy(part.shape_.begin() + 1, part.shape_.end(), part.shape_.begin());
  --part.ndim_;
  return part;
}

Array Array::reshaped(std::span<const std::int64_t> shape) const {
  Array result = *this;
  result.set_shape(shape);
  if (result.size_ != size_)
    throw ValueError("cannot reshape an " + describe() + " into shape " + shape_text(shape, ", "));
  return result;
}

Array Array::ordered(Order to) const {
  if (fits(to)) {
    Array same = *this;
    same.order_ = to;
    return same;
  }
  return copied(*this, Layout(*this), to);
}

std::string Array::describe() const {
  return std::string(to_string(dtype_)) + " array of shape " + shape_text(shape(), ", ");
}

}  // namespace enginery
