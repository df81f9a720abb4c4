// core/values/layout.cpp: where the elements of arrays lie, and copying them from there to elsewhere.
//
// Slices are copied, and arrays of different shapes are computed with element by element, in a Walk over them. The Walk
// leaves out axes of extent 1 and joins axes that lie end to end in every layout, so a contiguous array is one run,
// whatever its shape. The inner loops see only runs: a position, a step and a count for each layout.
#include "core/values/layout.hpp"

#include <cstring>

namespace enginery {
namespace {

template <std::size_t Size>
void copy_items(std::byte* to, std::int64_t to_step, const std::byte* from, std::int64_t from_step, std::size_t count) {
  constexpr std::int64_t kSize = static_cast<std::int64_t>(Size);
  for (; count > 0; --count, to += to_step * kSize, from += from_step * kSize) std::memcpy(to, from, Size);
}

/// Copies `count` elements of `item` bytes each.
void copy_run(std::size_t item, std::byte* to, std::int64_t to_step, const std::byte* from, std::int64_t from_step,
              std::size_t count) {
  if (to_step == 1 && from_step == 1) {
    std::memcpy(to, from, count * item);
    return;
  }
  if (item == 1) return copy_items<1>(to, to_step, from, from_step, count);
  if (item == 2) return copy_items<2>(to, to_step, from, from_step, count);
  if (item == 4) return copy_items<4>(to, to_step, from, from_step, count);
  if (item == 8) return copy_items<8>(to, to_step, from, from_step, count);
  copy_items<16>(to, to_step, from, from_step, count);
}

void copy_elements(std::size_t item, std::byte* to, const Layout& there, const std::byte* from, const Layout& here,
                   Order order) {
  const Walk walk({&there, &here}, order);
  const std::int64_t size = static_cast<std::int64_t>(item);
  walk.each_run([&](const Walk::Positions& at, std::size_t count) {
    copy_run(item, to + at[0] * size, walk.steps()[0], from + at[1] * size, walk.steps()[1], count);
  });
}

}  // namespace

Layout::Layout(const Array& array) noexcept : ndim(array.ndim()) {
  std::copy(array.shape().begin(), array.shape().end(), extents.begin());
  for (std::size_t axis = 0; axis < ndim; ++axis) steps[axis] = array.stride(axis);
}

void Layout::add_axis(std::int64_t extent, std::int64_t step) {
  if (ndim == Array::kMaxDimensions)
    throw ValueError("an array has at most " + std::to_string(Array::kMaxDimensions) + " dimensions");
  extents[ndim] = extent;
  steps[ndim++] = step;
}

std::optional<Layout> Layout::broadcast(std::span<const std::int64_t> shape) const {
  if (ndim > shape.size()) return std::nullopt;
  Layout result;
  result.start = start;
  for (std::size_t axis = 0, missing = shape.size() - ndim; axis < shape.size(); ++axis) {
    const bool own = axis >= missing && extents[axis - missing] == shape[axis];
    if (!own && axis >= missing && extents[axis - missing] != 1) return std::nullopt;
    result.add_axis(shape[axis], own ? steps[axis - missing] : 0);
  }
  return result;
}

std::string shape_text(std::span<const std::int64_t> shape, const char* separator) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? separator : "") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

Walk::Walk(std::initializer_list<const Layout*> layouts, Order order) {
  const Layout& first = **layouts.begin();
  for (std::size_t k = 0; const Layout* layout : layouts) start_[k++] = layout->start;
  bool any = false;
  for (std::size_t i = 0; i < first.ndim; ++i) {
    const std::size_t axis = order == Order::row_major ? first.ndim - 1 - i : i;
    Axis next;
    next.extent = first.extents[axis];
    if (next.extent == 0) empty_ = true;
    if (next.extent == 1) continue;
    for (std::size_t k = 0; const Layout* layout : layouts) next.steps[k++] = layout->steps[axis];
    if (!std::exchange(any, true)) {
      axes_[0] = next;
      continue;
    }
    Axis& inner = axes_[depth_ - 1];
    bool continues = true;
    for (std::size_t k = 0; k < next.steps.size(); ++k)
      continues = continues && next.steps[k] == inner.steps[k] * inner.extent;
    if (continues)
      inner.extent *= next.extent;
    else
      axes_[depth_++] = next;
  }
}

Array copied(const Array& array, const Layout& part, Order order) {
  Array result(array.dtype(), part.shape(), order);
  copy_elements(size_of(array.dtype()), result.mutable_data(), Layout(result), array.data(), part, order);
  return result;
}

void assign(Array& to, const Layout& part, const Array& from) {
  Layout given(from);
  // As numpy does, leading axes of extent 1 do not count.
  while (given.ndim > part.ndim && given.extents[0] == 1) {
    std::copy(given.extents.begin() + 1, given.extents.end(), given.extents.begin());
    std::copy(given.steps.begin() + 1, given.steps.end(), given.steps.begin());
    --given.ndim;
  }
  const std::optional<Layout> repeated = given.broadcast(part.shape());
  if (!repeated)
    throw ValueError("could not broadcast input array from shape " + shape_text(from.shape()) + " into shape " +
                     shape_text(part.shape()));
  const Array source = from;  // holds the memory: if `to` shares it, mutable_data() gives `to` its own
  std::byte* const memory = to.mutable_data();
  copy_elements(size_of(to.dtype()), memory, part, source.data(), *repeated, to.order());
}

}  // namespace enginery
