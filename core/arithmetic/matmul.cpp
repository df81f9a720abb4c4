// core/arithmetic/matmul.cpp: numpy's @ of vectors and matrices.
#include <Eigen/Core>

#include "core/arithmetic/array_arithmetic.hpp"
#include "core/arithmetic/operand.hpp"
#include "core/values/cast.hpp"

namespace enginery {
namespace {

/// A side of @ as a matrix.
struct Matrix {
  Array numbers;  // row-major, of the type that is computed in
  std::int64_t rows, columns;
};

void check_operand_dimensions(const Array& array, int side) {
  if (array.ndim() == 0)
    throw ValueError("matmul: Input operand " + std::to_string(side) +
                     " does not have enough dimensions (has 0, gufunc core with signature (n?,k),(k,m?)->(n?,m?) "
                     "requires 1); multiply with *");
  if (array.ndim() > 2)
    throw ValueError("matmul: Input operand " + std::to_string(side) + " has shape " + shape_text(array.shape()) +
                     "; @ takes one or two dimensions here: multiply the matrices of a stack one by one");
}

/// Computes in C. Eigen multiplies doubles; others are added up row by row, in the order of memory.
template <class C>
void multiply(const Matrix& left, const Matrix& right, C* out) {
  const C *a = reinterpret_cast<const C*>(left.numbers.data()), *b = reinterpret_cast<const C*>(right.numbers.data());
  if constexpr (std::is_same_v<C, double>) {
    using Dense = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Eigen::Map<Dense>(out, left.rows, right.columns).noalias() =
        Eigen::Map<const Dense>(a, left.rows, left.columns) * Eigen::Map<const Dense>(b, right.rows, right.columns);
  } else {
    using W = Wrapping<C>;
    for (std::int64_t row = 0; row < left.rows; ++row, out += right.columns, a += left.columns) {
      std::fill(out, out + right.columns, C{});
      for (std::int64_t k = 0; k < left.columns; ++k)
        for (std::int64_t column = 0; column < right.columns; ++column)
          out[column] = static_cast<C>(static_cast<W>(out[column]) +
                                       static_cast<W>(a[k]) * static_cast<W>(b[k * right.columns + column]));
    }
  }
}

/// The dtype of the type that numbers of `dtype` are computed in.
DType computed_dtype(DType dtype) {
  return with_computed_type(dtype, []<class C>(C) { return dtype_of<C>(); });
}

}  // namespace

Array matmul(const Value& a, const Value& b) {
  const Operand left(a), right(b);
  check_operand_dimensions(left.array(), 0);
  check_operand_dimensions(right.array(), 1);
  const std::span<const std::int64_t> rows = left.array().shape(), columns = right.array().shape();
  if (rows.back() != columns.front())
    throw ValueError("matmul: shapes " + shape_text(rows) + " and " + shape_text(columns) +
                     " not aligned: " + std::to_string(rows.back()) + " (dim " + std::to_string(rows.size() - 1) +
                     ") != " + std::to_string(columns.front()) + " (dim 0)");
  const DType dtype = Operand::common(left, right), computed = computed_dtype(dtype);
  const auto prepared = [&](const Array& array) { return cast(array, computed).ordered(Order::row_major); };
  const Matrix x{prepared(left.array()), rows.size() == 1 ? 1 : rows[0], rows.back()};
  const Matrix y{prepared(right.array()), columns[0], columns.size() == 1 ? 1 : columns[1]};
  std::vector<std::int64_t> shape(rows.begin(), rows.end() - 1);
  shape.insert(shape.end(), columns.begin() + 1, columns.end());
  Array result(computed, shape);
  with_computed_type(computed, [&]<class C>(C) { multiply(x, y, result.mutable_elements<C>().data()); });
  return cast(result, dtype);
}

}  // namespace enginery
