// plugins/linalg/factors.cpp: a matrix as the product of an orthogonal or triangular one and another.
#include <algorithm>

#include <Eigen/Cholesky>
#include <Eigen/QR>

#include "tasks.hpp"

namespace linalg {

std::tuple<Eigen::MatrixXd, Eigen::MatrixXd> qr(Matrix A) {
  const Eigen::Index k = std::min(A.rows(), A.cols());
  if (k == 0) return {Eigen::MatrixXd(A.rows(), 0), Eigen::MatrixXd(0, A.cols())};
  require_finite("qr", "A", A);
  const Eigen::HouseholderQR<Eigen::MatrixXd> factors(A);
  return {factors.householderQ() * Eigen::MatrixXd::Identity(A.rows(), k),
          factors.matrixQR().topRows(k).triangularView<Eigen::Upper>()};
}

Eigen::MatrixXd cholesky(Matrix A) {
  require_square("cholesky", A.rows(), A.cols());
  require_finite("cholesky", "A", A);
  if (A.size() == 0) return {};
  const Eigen::LLT<Eigen::MatrixXd> factor(A);
  if (factor.info() != Eigen::Success)
    throw LinAlgError("linalg.cholesky: Matrix is not positive definite: A of shape " + shape_text(A.rows(), A.cols()) +
                      " has an eigenvalue that is 0 or less; linalg.eigvalsh shows it");
  return factor.matrixL();
}

}  // namespace linalg
