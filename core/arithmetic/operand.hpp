// core/arithmetic/operand.hpp: what stands beside an operator on arrays.
#pragma once

#include <optional>
#include <vector>

#include "core/values/cast.hpp"
#include "core/values/dtype.hpp"
#include "core/values/layout.hpp"

namespace enginery {

/// An array, a list or tuple that is made into one, or a Python number, whose dtype gives way to the other side's.
///
/// Refers to the Value, which must live longer.
class Operand {
 public:
  /// May a Value of this kind be one?
  static bool accepts(const Value& value) noexcept;
  /// TypeError or ValueError if a list does not make an array. Requires: accepts(value).
  explicit Operand(const Value& value);

  const Array& array() const noexcept { return made_ ? *made_ : *given_; }
  bool is_number() const noexcept { return number_; }
  /// A Python number as numpy would have it in an array of `dtype`: floats are rounded. OverflowError in numpy's words
  /// for an int that an integer dtype has not.
  void settle(DType dtype);

  /// The dtype that the two are computed in.
  static DType common(const Operand& a, const Operand& b) noexcept;

 private:
  const Value& value_;
  const Array* given_ = nullptr;
  std::optional<Array> made_;
  bool number_;
};

/// The shape of what `a` and `b` make together. ValueError in numpy's words if they do not fit.
std::vector<std::int64_t> broadcast_shape(const Array& a, const Array& b);

/// How that is laid out: column-major if all that has two dimensions is.
Order common_order(const Array& a, const Array& b) noexcept;

/// Integers wrap, as numpy's do, which only unsigned ones may.
template <class C>
using Wrapping = std::conditional_t<std::is_integral_v<C>, std::uint64_t, C>;

/// Calls `f(x, y, position, count)` with blocks of the numbers of `a` and `b`, as C's, that meet from `position` of
/// `out` on. Requires: out has their broadcast_shape().
template <class C, class F>
void each_pair(const Array& a, const Array& b, const Array& out, F f) {
  const Layout left = *Layout(a).broadcast(out.shape()), right = *Layout(b).broadcast(out.shape()), to(out);
  const Walk walk({&left, &right, &to}, out.order());
  Source<C> from_left(a, walk.steps()[0]), from_right(b, walk.steps()[1]);
  walk.each_block(kBlock, [&](const Walk::Positions& at, std::size_t count) {
    f(from_left.at(at[0], count), from_right.at(at[1], count), at[2], count);
  });
}

/// An array of no dimensions is its element, as what operators give.
Value result_value(Array result);

}  // namespace enginery
