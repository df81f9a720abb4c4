// core/enginery/eigen_parameter.hpp: Eigen's Ref and Map as parameters, which see an array's own memory. Include
// eigen.hpp.
#pragma once

#include <enginery/eigen.hpp>

namespace enginery {
namespace detail {

template <class Plain, int Options, class Stride>
inline constexpr bool is_view<Eigen::Ref<Plain, Options, Stride>> = true;
template <class Plain, int Options, class Stride>
inline constexpr bool is_view<Eigen::Map<Plain, Options, Stride>> = true;

/// How far apart neighbours are, in elements: along the inner and the outer dimension of the view's type.
struct Strides {
  std::int64_t inner, outer;
};
/// What a view demands, as Eigen counts: 0 is the natural one, -1 any.
struct DenseView {
  DType dtype;
  DenseShape shape;
  bool row_major;
  std::int64_t inner_stride, outer_stride;
  std::size_t alignment;
};
/// The strides with which `array` can be seen; nothing if the view's type does not allow its order.
ENGINERY_API std::optional<Strides> view_strides(const Array& array, const DenseView& view, RowsCols extents) noexcept;
/// The value's own array. TypeError, which says why a view of `type` cannot see it.
ENGINERY_API Array& viewable_array(const Value& value, const DenseView& view, std::string_view type);
/// The value's own array, sharing its memory, if the view can see it; else one that is converted so that it can.
ENGINERY_API Array readable_array(const Value& value, const DenseView& view, std::string_view type);

/// The stride object that Eigen wants, of type S.
template <class S>
S stride_of(const Strides& strides) {
  constexpr auto pick = [](std::int64_t fixed, std::int64_t actual) {
    return static_cast<Eigen::Index>(fixed == Eigen::Dynamic ? actual : fixed);
  };
  const Eigen::Index inner = pick(S::InnerStrideAtCompileTime, strides.inner);
  const Eigen::Index outer = pick(S::OuterStrideAtCompileTime, strides.outer);
  if constexpr (std::is_constructible_v<S, Eigen::Index, Eigen::Index>)
    return S(outer, inner);
  else if constexpr (S::OuterStrideAtCompileTime == 0 && S::InnerStrideAtCompileTime != 0)
    return S(inner);
  else
    return S(outer);
}

/// The common part of the four views below: PlainType is const for those that only read.
template <class PlainType, int Options, class Stride>
struct ViewTraits {
  using Plain = std::remove_const_t<PlainType>;
  using Scalar = typename Plain::Scalar;
  using Map = Eigen::Map<PlainType, Options, Stride>;
  static constexpr DenseView kView = {dtype_of<Scalar>(),
                                      dense_shape<Plain>(),
                                      bool(Plain::IsRowMajor),
                                      Stride::InnerStrideAtCompileTime,
                                      Stride::OuterStrideAtCompileTime,
                                      static_cast<std::size_t>(Options& Eigen::AlignedMask)};

  template <class Pointer>
  static Map map(Pointer data, const Array& array) {
    const RowsCols extents = fit_shape(array, kView.shape, type_name<Map>());
    return Map(data, extents.rows, extents.cols, stride_of<Stride>(*view_strides(array, kView, extents)));
  }
};

}  // namespace detail

/// `Map<T>` and, through Ref below, `Ref<T>`: the very memory, or a TypeError that says why not.
template <class Plain, int Options, class Stride>
class Parameter<Eigen::Map<Plain, Options, Stride>> {
  using Traits = detail::ViewTraits<Plain, Options, Stride>;
  using Scalar = typename Traits::Scalar;
  static constexpr bool kWrites = !std::is_const_v<Plain>;

 public:
  explicit Parameter(const Value& value)
      : value_(value), array_(detail::viewable_array(value, Traits::kView, detail::type_name<typename Traits::Map>())) {
    // A reader shares the memory, so that it outlives an assignment to the object; a writer must own it alone.
    if constexpr (kWrites)
      data_ = reinterpret_cast<Scalar*>(array_.mutable_data());
    else {
      shared_ = array_.bytes();
      data_ = reinterpret_cast<const Scalar*>(shared_.data());
    }
  }
  Eigen::Map<Plain, Options, Stride> get() { return Traits::map(data_, array_); }

 private:
  Value value_;
  Array& array_;
  Bytes shared_;
  std::conditional_t<kWrites, Scalar*, const Scalar*> data_;
};

template <class Plain, int Options, class Stride>
requires(!std::is_const_v<Plain>) class Parameter<Eigen::Ref<Plain, Options, Stride>>
    : public Parameter<Eigen::Map<Plain, Options, Stride>> {
 public:
  using Parameter<Eigen::Map<Plain, Options, Stride>>::Parameter;
  Eigen::Ref<Plain, Options, Stride> get() {
    auto map = Parameter<Eigen::Map<Plain, Options, Stride>>::get();
    return Eigen::Ref<Plain, Options, Stride>(map);
  }
};

/// `Ref<const T>`: the very memory where dtype, order and strides fit, else a converted copy that loses nothing.
template <class Plain, int Options, class Stride>
class Parameter<Eigen::Ref<const Plain, Options, Stride>> {
  using Traits = detail::ViewTraits<const Plain, Options, Stride>;

 public:
  explicit Parameter(const Value& value)
      : array_(detail::readable_array(value, Traits::kView,
                                      detail::type_name<Eigen::Ref<const Plain, Options, Stride>>())) {}
  Eigen::Ref<const Plain, Options, Stride> get() {
    const auto* data = array_.template elements<typename Traits::Scalar>().data();
    return Eigen::Ref<const Plain, Options, Stride>(Traits::map(data, array_));
  }

 private:
  Array array_;  // shares the memory
};

}  // namespace enginery
