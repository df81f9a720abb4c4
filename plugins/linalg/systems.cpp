// plugins/linalg/systems.cpp: square systems of equations, by LU factors with partial pivoting.
#include <limits>

#include <Eigen/LU>

#include "tasks.hpp"

namespace linalg {
namespace {

/// A's factors. LinAlgError if A is not square, not finite, or singular: as LAPACK says it, when a pivot is exactly 0.
template <class Scalar>
Eigen::PartialPivLU<Dense<Scalar>> regular_factors(const std::string& task, const View<Scalar>& A) {
  require_square(task, A->rows(), A->cols());
  require_finite(task, "A", *A);
  Eigen::PartialPivLU<Dense<Scalar>> factors(*A);
  if ((factors.matrixLU().diagonal().array() == Scalar(0)).any())
    throw LinAlgError("linalg." + task + ": Singular matrix: A of shape " + shape_text(A->rows(), A->cols()) +
                      " has no inverse; linalg.lstsq solves in the sense of least squares");
  return factors;
}

template <class Scalar>
enginery::Array solve_as(const Operand& A, const Operand& b) {
  const View<Scalar> matrix(A), right(b);
  require_square("solve", A.rows(), A.cols());
  if (A.rows() != b.rows())
    throw enginery::ValueError("linalg.solve: A of shape " + A.shape() + " and b of shape " + b.shape() +
                               " do not fit: give b of shape (" + std::to_string(A.rows()) + ",) or (" +
                               std::to_string(A.rows()) + ", k)");
  if (right->size() == 0) return b.numbers.converted(enginery::dtype_of<Scalar>());
  require_finite("solve", "b", *right);
  return evaluated(regular_factors("solve", matrix).solve(*right), b.is_vector());
}

template <class Scalar>
enginery::Array inv_as(const Operand& A) {
  const View<Scalar> matrix(A);
  if (matrix->rows() == 0 && matrix->cols() == 0) return A.numbers;
  return evaluated(regular_factors("inv", matrix).inverse(), false);
}

template <class Scalar>
Scalar det_as(const Operand& A) {
  require_square("det", A.rows(), A.cols());
  const View<Scalar> matrix(A);
  if (matrix->size() == 0) return Scalar(1);
  // Pivoting may step over a NaN.
  if (matrix->hasNaN()) return Scalar(std::numeric_limits<double>::quiet_NaN());
  return Eigen::PartialPivLU<Dense<Scalar>>(*matrix).determinant();
}

}  // namespace

enginery::Array solve(const Operand& A, const Operand& b) {
  return A.is_complex() || b.is_complex() ? solve_as<std::complex<double>>(A, b) : solve_as<double>(A, b);
}

enginery::Array inv(const Operand& A) { return A.is_complex() ? inv_as<std::complex<double>>(A) : inv_as<double>(A); }

std::variant<double, std::complex<double>> det(const Operand& A) {
  if (A.is_complex()) return det_as<std::complex<double>>(A);
  return det_as<double>(A);
}

}  // namespace linalg
