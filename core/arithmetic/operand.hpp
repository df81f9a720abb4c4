// core/arithmetic/operand.hpp: what stands beside an operator on arrays.
#pragma once

#include "core/values/cast.hpp"
#include "core/values/dtype.hpp"
#include "core/values/layout.hpp"

namespace enginery {

/// An array, a list or tuple that is made into one, or a Python number, whose dtype gives way to the other side's.
///
/// It refers to the Value, which must outlive it.
class Operand {
 public:
  /// May a Value of this kind be one?
  static bool accepts(const Value& value) noexcept;
  /// TypeError or ValueError if a list does not make an array. Requires: accepts(value).
  explicit Operand(const Value& value);

  const Array& array() const noexcept { return made_ ? *made_ : *given_; }
  /// Makes a Python number what an array of `dtype` would hold: floats are rounded. OverflowError in numpy's words if
  /// `dtype` holds integers but not this int.
  void settle(DType dtype);

  /// The dtype that the two are computed in.
  static DType common(const Operand& a, const Operand& b) noexcept;

 private:
  const Value& value_;
  const Array* given_ = nullptr;
  std::optional<Array> made_;
  bool number_;
};

/// The shape of the result of `a` and `b`. ValueError in numpy's words if they do not fit.
std::vector<std::int64_t> broadcast_shape(const Array& a, const Array& b);

/// The order of the result: column-major if each operand with two or more dimensions is.
Order common_order(const Array& a, const Array& b) noexcept;

/// The type to add and multiply in: integers wrap, as numpy's do, and in C++ only unsigned ones may.
template <class C>
using Wrapping = std::conditional_t<std::is_integral_v<C>, std::uint64_t, C>;

/// Calls `f(x, y, position, count)` block by block: `count` numbers of `a` and of `b`, as C's, whose results go to
/// `out` from `position` on. Requires: out has their broadcast_shape().
template <class C, class F>
void each_pair(const Array& a, const Array& b, const Array& out, F f) {
  const Layout left = *Layout(a).broadcast(out.shape()), right = *Layout(b).broadcast(out.shape()), to(out);
  const Walk walk({&left, &right, &to}, out.order());
  Source<C> from_left(a, walk.steps()[0]), from_right(b, walk.steps()[1]);
  walk.each_block(kBlock, [&](const Walk::Positions& at, std::size_t count) {
    f(from_left.at(at[0], count), from_right.at(at[1], count), at[2], count);
  });
}

/// The array, or its element if it has no dimensions: what operators give.
Value result_value(Array result);

}  // namespace enginery
