// core/enginery/eigen_sparse.hpp: Eigen's sparse matrices as dicts of arrays, named as SciPy names them. Include
// eigen.hpp.
#pragma once

#include <Eigen/SparseCore>

#include <enginery/eigen.hpp>

namespace enginery {
namespace detail {

/// A compressed sparse matrix, taken apart.
struct Compressed {
  bool row_major = false;
  std::int64_t rows = 0, cols = 0;
  Array data, indices, indptr;
};
/// {'format': 'csc' or 'csr', 'shape': (rows, cols), 'data': …, 'indices': …, 'indptr': …}
ENGINERY_API Value encode_compressed(Compressed parts);
/// The inverse, with every index checked, ascending within its row or column, and numbers as `scalar` and `index`.
/// TypeError or ValueError.
ENGINERY_API Compressed decode_compressed(const Value& value, DType scalar, DType index, std::string_view type);

}  // namespace detail

/// A dict that `scipy.sparse.csc_matrix((data, indices, indptr), shape)` would understand; csr if it is row-major.
template <class S, int Options, class Index>
requires Number<S>
struct Codec<Eigen::SparseMatrix<S, Options, Index>> {
  using T = Eigen::SparseMatrix<S, Options, Index>;
  static constexpr detail::Kinds kKinds = detail::Kinds::of(Kind::dict);
  static Value encode(const T& sparse) {
    if (!sparse.isCompressed()) {
      T compressed = sparse;
      compressed.makeCompressed();
      return encode(compressed);
    }
    const std::size_t count = static_cast<std::size_t>(sparse.nonZeros());
    const std::size_t outer = static_cast<std::size_t>(sparse.outerSize()) + 1;
    return detail::encode_compressed({T::IsRowMajor, sparse.rows(), sparse.cols(),
                                      Array::of(std::span<const S>(sparse.valuePtr(), count)),
                                      Array::of(std::span<const Index>(sparse.innerIndexPtr(), count)),
                                      Array::of(std::span<const Index>(sparse.outerIndexPtr(), outer))});
  }
  static T decode(const Value& value) {
    const detail::Compressed parts =
        detail::decode_compressed(value, dtype_of<S>(), dtype_of<Index>(), detail::type_name<T>());
    if (parts.row_major) return assemble<Eigen::RowMajor>(parts);
    return assemble<Eigen::ColMajor>(parts);
  }
  static std::string name() { return std::string("sparse[") + to_string(dtype_of<S>()) + "]"; }

 private:
  template <int StoredOptions>
  static T assemble(const detail::Compressed& parts) {
    return T(Eigen::Map<const Eigen::SparseMatrix<S, StoredOptions, Index>>(
        parts.rows, parts.cols, static_cast<Eigen::Index>(parts.data.size()), parts.indptr.elements<Index>().data(),
        parts.indices.elements<Index>().data(), parts.data.elements<S>().data()));
  }
};

/// As a matrix of one column, or of one row.
template <class S, int Options, class Index>
requires Number<S>
struct Codec<Eigen::SparseVector<S, Options, Index>> {
  using T = Eigen::SparseVector<S, Options, Index>;
  using Matrix = Eigen::SparseMatrix<S, Options, Index>;
  static constexpr detail::Kinds kKinds = detail::Kinds::of(Kind::dict);
  static Value encode(const T& sparse) { return Codec<Matrix>::encode(Matrix(sparse)); }
  static T decode(const Value& value) {
    const Matrix matrix = Codec<Matrix>::decode(value);
    if (matrix.outerSize() != 1)
      throw ValueError("expected a sparse vector, got a sparse matrix of shape (" + std::to_string(matrix.rows()) +
                       ", " + std::to_string(matrix.cols()) + "); take a SparseMatrix, or pass one column of it");
    return T(matrix.innerVector(0));
  }
  static std::string name() { return Codec<Matrix>::name(); }
};

/// A sparse expression is the sparse matrix that it evaluates to.
template <detail::SparseExpression T>
struct Codec<T> {
  static Value encode(const T& expression) {
    using Plain = Eigen::SparseMatrix<typename T::Scalar, T::IsRowMajor ? Eigen::RowMajor : Eigen::ColMajor>;
    return Codec<Plain>::encode(Plain(expression));
  }
  static std::string name() { return "sparse"; }
};

}  // namespace enginery
