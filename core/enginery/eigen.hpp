// core/enginery/eigen.hpp: Eigen's types as Values: dense objects, expressions, rotations, sparse matrices, and views
// as parameters.
//
// Vectors are 1-d arrays, matrices are 2-d, in the order of memory that they have. Include this before the first use of
// an Eigen type with a view or a task.
#pragma once

#include <complex>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <Eigen/Core>

#include <enginery/codec.hpp>
#include <enginery/opaque_fields.hpp>

namespace enginery {
namespace detail {

/// What a dense type allows, as Eigen counts: -1 is any.
struct DenseShape {
  std::int64_t rows, cols;          // fixed extents
  std::int64_t max_rows, max_cols;  // bounds
  bool vector;
};
struct RowsCols {
  std::int64_t rows, cols;
};
/// The rows and columns that `array` has as such a type. ValueError or TypeError, which says both shapes.
ENGINERY_API RowsCols fit_shape(const Array& array, const DenseShape& wanted, std::string_view type);
/// An array, or a list or tuple of numbers (which may be nested), as an array of `dtype`. TypeError for anything else.
ENGINERY_API Array dense_array(const Value& value, DType dtype, std::string_view type);

template <class T>
concept DenseObject = std::is_base_of_v<Eigen::PlainObjectBase<T>, T> && Number<typename T::Scalar>;
template <class T>
concept EigenExpression = std::is_base_of_v<Eigen::EigenBase<T>, T> && !std::is_base_of_v<Eigen::PlainObjectBase<T>, T>;
template <class T>
concept SparseExpression =
    EigenExpression<T> && std::is_same_v<typename Eigen::internal::traits<T>::StorageKind, Eigen::Sparse>;
/// A factorisation, which Eigen derives from its expressions.
template <class T>
concept EigenSolver =
    EigenExpression<T> && std::is_same_v<typename Eigen::internal::traits<T>::StorageKind, Eigen::SolverStorage>;
template <class T>
concept DenseExpression = EigenExpression<T> && !SparseExpression<T> && !EigenSolver<T> &&
                          Number<typename Eigen::internal::traits<T>::Scalar>;

template <class T>
constexpr DenseShape dense_shape() {
  return {T::RowsAtCompileTime, T::ColsAtCompileTime, T::MaxRowsAtCompileTime, T::MaxColsAtCompileTime,
          bool(T::IsVectorAtCompileTime)};
}

template <class T>
Array dense_memory(Eigen::Index rows, Eigen::Index cols) {
  const DType dtype = dtype_of<typename T::Scalar>();
  if constexpr (T::IsVectorAtCompileTime)
    return Array(dtype, {std::int64_t{rows} * cols});
  else
    return Array(dtype, {rows, cols}, T::IsRowMajor ? Order::row_major : Order::column_major);
}

/// Evaluates straight into the memory of an Array.
template <class Plain, class Expression>
Value encode_dense(const Expression& expression) {
  using Scalar = typename Plain::Scalar;
  Array array = dense_memory<Plain>(expression.rows(), expression.cols());
  Eigen::Map<Plain>(reinterpret_cast<Scalar*>(array.mutable_data()), expression.rows(), expression.cols()) = expression;
  return Value::array(std::move(array));
}

template <class T>
std::string dense_name() {
  return std::string("array[") + to_string(dtype_of<typename T::Scalar>()) + (T::IsVectorAtCompileTime ? "]" : ", 2d]");
}

/// A class of Eigen's own, of numbers: a matrix, dense or sparse, a decomposition.
template <class T>
concept OfEigen = type_name<T>()
.starts_with("Eigen::") && names_only(type_name<T>(), "Eigen::") && Number<typename T::Scalar>;

}  // namespace detail

/// Modules share Eigen's classes if they were built with one version of it and align to the same width.
template <detail::OfEigen T>
inline constexpr SharedTag kShared<T>{EIGEN_MAX_ALIGN_BYTES == 0    ? "Eigen, not aligned"
                                      : EIGEN_MAX_ALIGN_BYTES == 16 ? "Eigen, aligned to 16 bytes"
                                      : EIGEN_MAX_ALIGN_BYTES == 32 ? "Eigen, aligned to 32 bytes"
                                                                    : "Eigen, aligned to 64 bytes",
                                      EIGEN_WORLD_VERSION * 10000 + EIGEN_MAJOR_VERSION * 100 + EIGEN_MINOR_VERSION};

/// Matrix and Array, of any shape and order. Decodes an array of numbers that lose nothing, or a list of them.
template <detail::DenseObject T>
struct Codec<T> {
  using Scalar = typename T::Scalar;
  static constexpr detail::Kinds kKinds = detail::Kinds::of(Kind::array);
  static constexpr bool kHasColumns = true;

  static Value encode(const T& dense) { return detail::encode_dense<T>(dense); }
  static T decode(const Value& value) {
    const Array array = detail::dense_array(value, dtype_of<Scalar>(), detail::type_name<T>());
    const auto [rows, cols] = detail::fit_shape(array, detail::dense_shape<T>(), detail::type_name<T>());
    const Scalar* const data = array.template elements<Scalar>().data();
    T dense;
    dense.resize(rows, cols);
    if (array.fits(Order::column_major))
      dense = Eigen::Map<const Dense<Eigen::ColMajor>>(data, rows, cols);
    else
      dense = Eigen::Map<const Dense<Eigen::RowMajor>>(data, rows, cols);
    return dense;
  }
  static std::string name() { return detail::dense_name<T>(); }

 private:
  /// Arrays and matrices are assigned alike through a matching kind of map.
  template <int Options>
  using Dense = std::conditional_t<std::is_same_v<typename Eigen::internal::traits<T>::XprKind, Eigen::ArrayXpr>,
                                   Eigen::Array<Scalar, Eigen::Dynamic, Eigen::Dynamic, Options>,
                                   Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Options>>;
};

namespace detail {

/// Matrices and vectors of fixed size.
template <DenseObject T>
requires(T::SizeAtCompileTime > 0 && CodecHasColumns<T>) struct ColumnsOf<T> {
  static constexpr bool kCan = true;
  using Blocks = ColumnOfBlocks<typename T::Scalar, static_cast<std::size_t>(T::SizeAtCompileTime)>;
  static constexpr std::int64_t kExtents[] = {T::IsVectorAtCompileTime ? T::SizeAtCompileTime : T::RowsAtCompileTime,
                                              T::ColsAtCompileTime};
  static constexpr std::span<const std::int64_t> kShape{kExtents, T::IsVectorAtCompileTime ? 1U : 2U};
  static constexpr Order kOrder = T::IsVectorAtCompileTime || T::IsRowMajor ? Order::row_major : Order::column_major;

  template <class Get>
  static Value gather(std::size_t count, const Get& get) {
    return Blocks::gather(count, kShape, kOrder, [&](std::size_t i) { return get(i).data(); });
  }
  template <class At>
  static bool scatter(const Value& columns, std::size_t count, const At& at) {
    return Blocks::scatter(columns, count, kShape, kOrder, [&](std::size_t i) { return at(i).data(); });
  }
};

}  // namespace detail

/// An expression is what it evaluates to.
template <detail::DenseExpression T>
struct Codec<T> {
  static Value encode(const T& expression) {
    if constexpr (std::is_base_of_v<Eigen::DenseBase<T>, T>)
      return detail::encode_dense<typename T::PlainObject>(expression);
    else  // diagonal, triangular, permutation
      return detail::encode_dense<
          Eigen::Matrix<typename Eigen::internal::traits<T>::Scalar, Eigen::Dynamic, Eigen::Dynamic>>(expression);
  }
  static std::string name() {
    if constexpr (std::is_base_of_v<Eigen::DenseBase<T>, T>)
      return detail::dense_name<typename T::PlainObject>();
    else
      return "array";
  }
};

// Rotations and transforms. <Eigen/Geometry> is included where they are used: here their names do.

/// The array (x, y, z, w), as SciPy orders it.
template <class S, int Options>
requires Number<S>
struct Codec<Eigen::Quaternion<S, Options>> {
  using T = Eigen::Quaternion<S, Options>;
  using Coefficients = Eigen::Matrix<S, 4, 1>;
  static constexpr detail::Kinds kKinds = detail::Kinds::of(Kind::array);
  static Value encode(const T& rotation) { return Codec<Coefficients>::encode(rotation.coeffs()); }
  static T decode(const Value& value) { return T(Codec<Coefficients>::decode(value)); }
  static std::string name() { return Codec<Coefficients>::name(); }
};

/// The tuple (angle, axis).
template <class S>
requires Number<S>
struct Codec<Eigen::AngleAxis<S>> {
  using T = Eigen::AngleAxis<S>;
  using Pair = std::pair<S, Eigen::Matrix<S, 3, 1>>;
  static constexpr detail::Kinds kKinds = detail::Kinds::of(Kind::tuple);
  template <class How>
  static Value encode_as(const T& rotation) {
    return Codec<Pair>::template encode_as<How>(Pair(rotation.angle(), rotation.axis()));
  }
  template <class How>
  static T decode_as(const Value& value) {
    const Pair pair = Codec<Pair>::template decode_as<How>(value);
    return T(pair.first, pair.second);
  }
  static Value encode(const T& rotation) { return encode_as<detail::AsItem>(rotation); }
  static T decode(const Value& value) { return decode_as<detail::AsItem>(value); }
  static std::string name() { return Codec<Pair>::name(); }
};

/// Isometry, Affine, AffineCompact and Projective: the matrix that they keep.
template <class S, int Dimensions, int Mode, int Options>
requires Number<S>
struct Codec<Eigen::Transform<S, Dimensions, Mode, Options>> {
  using T = Eigen::Transform<S, Dimensions, Mode, Options>;
  static constexpr detail::Kinds kKinds = detail::Kinds::of(Kind::array);
  static Value encode(const T& transform) { return Codec<typename T::MatrixType>::encode(transform.matrix()); }
  static T decode(const Value& value) {
    T transform;
    transform.matrix() = Codec<typename T::MatrixType>::decode(value);
    return transform;
  }
  static std::string name() { return Codec<typename T::MatrixType>::name(); }
};

}  // namespace enginery

#include <enginery/eigen_parameter.hpp>
#include <enginery/eigen_sparse.hpp>
