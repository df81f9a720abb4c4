// plugins/linalg/eigenvalues.cpp: eigenvalues of real matrices, in general and of symmetric ones.
#include <Eigen/Eigenvalues>

#include "tasks.hpp"

namespace linalg {
namespace {

template <class Solver>
const Solver& converged(std::string_view task, const Solver& solver) {
  if (solver.info() != Eigen::Success)
    throw LinAlgError("linalg." + std::string(task) +
                      ": Eigenvalues did not converge; scale A so that its rows and columns have norms alike");
  return solver;
}

Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> symmetric(std::string_view task, const Matrix& A, int options) {
  require_square(task, A.rows(), A.cols());
  require_finite(task, "A", A);
  return converged(task, Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(A, options));
}

}  // namespace

// What A.eigenvalues() does, and one thing more: it asks whether that converged.
Eigen::VectorXcd eigvals(Matrix A) {
  require_square("eigvals", A.rows(), A.cols());
  require_finite("eigvals", "A", A);
  if (A.size() == 0) return {};
  return converged("eigvals", Eigen::EigenSolver<Eigen::MatrixXd>(A, false)).eigenvalues();
}

Eigen::VectorXd eigvalsh(Matrix A) {
  if (A.rows() == 0 && A.cols() == 0) return {};
  return symmetric("eigvalsh", A, Eigen::EigenvaluesOnly).eigenvalues();
}

std::tuple<Eigen::VectorXd, Eigen::MatrixXd> eigh(Matrix A) {
  if (A.rows() == 0 && A.cols() == 0) return {};
  const auto solver = symmetric("eigh", A, Eigen::ComputeEigenvectors);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

}  // namespace linalg
