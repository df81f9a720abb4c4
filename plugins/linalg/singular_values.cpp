// plugins/linalg/singular_values.cpp: the singular value decomposition, and least squares by it.
#include <algorithm>
#include <limits>

#include <Eigen/SVD>

#include "tasks.hpp"

namespace linalg {
namespace {

// Jacobi's is the more accurate, and compiles in less than half the time of divide and conquer (BDCSVD), which would be
// faster from some hundred columns on.
using Solver = Eigen::JacobiSVD<Eigen::MatrixXd>;

/// Requires: A is not empty.
Solver decomposed(std::string_view task, const Matrix& A, unsigned options) {
  require_finite(task, "A", A);
  Solver solver(A, options);
  if (solver.info() != Eigen::Success)
    throw LinAlgError("linalg." + std::string(task) + ": SVD did not converge; scale A so that its norm is near 1");
  return solver;
}

}  // namespace

Eigen::VectorXd singular_values(std::string_view task, Matrix A) {
  if (A.size() == 0) return {};
  return decomposed(task, A, 0).singularValues();
}

std::tuple<Eigen::MatrixXd, Eigen::VectorXd, Eigen::MatrixXd> svd(Matrix A, bool full_matrices) {
  const Eigen::Index m = A.rows(), n = A.cols();
  if (A.size() == 0)
    return {Eigen::MatrixXd::Identity(m, full_matrices ? m : 0), Eigen::VectorXd(),
            Eigen::MatrixXd::Identity(full_matrices ? n : 0, n)};
  const Solver solver = decomposed(
      "svd", A, full_matrices ? Eigen::ComputeFullU | Eigen::ComputeFullV : Eigen::ComputeThinU | Eigen::ComputeThinV);
  return {solver.matrixU(), solver.singularValues(), solver.matrixV().transpose()};
}

std::tuple<enginery::Array, Eigen::VectorXd, std::int64_t, Eigen::VectorXd> lstsq(Matrix A, const Operand& b,
                                                                                  std::optional<double> rcond) {
  const Eigen::Index m = A.rows(), n = A.cols();
  if (b.is_complex())
    throw enginery::TypeError(
        "linalg.lstsq: b is complex and A is real: solve for the real and the imaginary part of b apart");
  if (b.rows() != m)
    throw enginery::ValueError("linalg.lstsq: A of shape " + shape_text(m, n) + " and b of shape " + b.shape() +
                               " do not fit: give b of shape (" + std::to_string(m) + ",) or (" + std::to_string(m) +
                               ", k)");
  const View<double> right(b);
  require_finite("lstsq", "A", A);
  require_finite("lstsq", "b", *right);
  auto [U, S, Vh] = svd(A, false);

  constexpr double kPrecision = std::numeric_limits<double>::epsilon();
  const double given = rcond.value_or(kPrecision * static_cast<double>(std::max(m, n)));
  const double relative = given < 0 ? kPrecision : given;  // as numpy takes it
  const double least = S.size() == 0 ? 0 : relative * S(0);
  const Eigen::Index rank = (S.array() > least).count();
  // The shortest of the x that serve: without what belongs to singular values that are as good as 0.
  const Eigen::MatrixXd scaled = S.head(rank).cwiseInverse().asDiagonal() * (U.leftCols(rank).transpose() * *right);
  const Eigen::MatrixXd x = Vh.topRows(rank).transpose() * scaled;
  Eigen::VectorXd residuals;
  if (rank == n && m > n) residuals = (*right - A * x).colwise().squaredNorm();
  return {evaluated(x, b.is_vector()), residuals, rank, S};
}

}  // namespace linalg
