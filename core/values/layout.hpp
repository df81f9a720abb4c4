// core/values/layout.hpp: where the elements of arrays, and of parts of them, lie in memory.
#pragma once

#include <algorithm>
#include <optional>

#include <enginery/array.hpp>

namespace enginery {

/// One number for each axis.
using Axes = std::array<std::int64_t, Array::kMaxDimensions>;

/// The elements `start + i0 * steps[0] + i1 * steps[1] + …` of some memory, counted in elements.
struct Layout {
  std::int64_t start = 0;
  std::size_t ndim = 0;
  Axes extents{}, steps{};

  Layout() = default;
  /// All of the array.
  explicit Layout(const Array& array) noexcept;

  std::span<const std::int64_t> shape() const noexcept { return {extents.data(), ndim}; }
  /// Adds an innermost axis. ValueError beyond Array::kMaxDimensions.
  void add_axis(std::int64_t extent, std::int64_t step);
  /// The same elements repeated along axes that are missing or of extent 1. nullopt if `shape` does not allow that.
  std::optional<Layout> broadcast(std::span<const std::int64_t> shape) const;
};

/// "(2,3)", as numpy's messages have it.
std::string shape_text(std::span<const std::int64_t> shape, const char* separator = ",");

/// Goes through up to three layouts of one shape together. Axes that lie end to end in all of them make one long run.
class Walk {
 public:
  using Positions = std::array<std::int64_t, 3>;

  /// Requires: all have the shape of the first. The last axis runs fastest if `order` is row_major, else the first.
  Walk(std::initializer_list<const Layout*> layouts, Order order);

  /// How far apart a run's elements are, in each layout.
  const Positions& steps() const noexcept { return axes_[0].steps; }

  /// Calls `f(positions, count)` for each run, with the positions of its first element.
  template <class F>
  void each_run(F f) const {
    if (empty_) return;
    Positions at = start_;
    Axes index{};
    for (std::size_t axis = 0; axis < depth_;) {
      if (axis == 0) f(at, static_cast<std::size_t>(axes_[0].extent));
      if (++axis == depth_) return;
      move(at, axes_[axis].steps, 1);
      if (++index[axis] < axes_[axis].extent) {
        axis = 0;
      } else {
        move(at, axes_[axis].steps, -axes_[axis].extent);
        index[axis] = 0;
      }
    }
  }
  /// As that, for each block of at most `most` elements of each run.
  template <class F>
  void each_block(std::size_t most, F f) const {
    each_run([&](Positions at, std::size_t length) {
      for (std::size_t done = 0; done < length; done += most) {
        const std::size_t count = std::min(most, length - done);
        f(at, count);
        move(at, steps(), static_cast<std::int64_t>(count));
      }
    });
  }

 private:
  struct Axis {
    std::int64_t extent = 1;
    Positions steps{};
  };
  static void move(Positions& at, const Positions& steps, std::int64_t times) noexcept {
    for (std::size_t i = 0; i < at.size(); ++i) at[i] += steps[i] * times;
  }

  std::array<Axis, Array::kMaxDimensions> axes_;  // the innermost first
  std::size_t depth_ = 1;
  Positions start_{};
  bool empty_ = false;
};

/// The elements that `part` names of the array, copied into one of their own.
Array copied(const Array& array, const Layout& part, Order order);
/// Copies `from`, repeated where it must be, over the elements that `part` names of `to`. ValueError in numpy's words
/// if the shapes do not allow it. Requires: one dtype.
void assign(Array& to, const Layout& part, const Array& from);

}  // namespace enginery
