// plugins/linalg.cpp: linear algebra on arrays, over Eigen.
#include <cmath>
#include <complex>
#include <limits>
#include <string>

#include <Eigen/Eigenvalues>

#include <enginery/array.hpp>
#include <enginery/eigen.hpp>
#include <enginery/plugin.hpp>

namespace {

using enginery::Kind;
using enginery::Value;
using enginery::ValueError;
using Vector = Eigen::Ref<const Eigen::VectorXd>;
using Matrix = Eigen::Ref<const Eigen::MatrixXd>;

double vector_norm(const Vector& x, double order) {
  if (order == 2) return x.stableNorm();
  if (order == 1) return x.lpNorm<1>();
  if (std::isinf(order)) return x.size() == 0 ? 0 : order > 0 ? x.cwiseAbs().maxCoeff() : x.cwiseAbs().minCoeff();
  if (!(order > 0)) throw ValueError("linalg.norm: the order of a vector's norm is positive or ±inf");
  return std::pow(x.array().abs().pow(order).sum(), 1 / order);
}

double matrix_norm(const Matrix& A, double order) {
  if (A.size() == 0) return 0;
  if (order == 1) return A.cwiseAbs().colwise().sum().maxCoeff();
  if (order == std::numeric_limits<double>::infinity()) return A.cwiseAbs().rowwise().sum().maxCoeff();
  if (order == 2) return A.operatorNorm();
  throw ValueError("linalg.norm: the order of a matrix' norm is 1, 2, inf or 'fro'");
}

/// ‖A‖ as numpy.linalg.norm gives it: `ord` is a number or 'fro'.
double norm(const Value& A, const Value& ord) {
  const bool vector = A.kind() != Kind::array
                          ? A.kind() == Kind::list && (A.size() == 0 || A.as_list()[0].kind() != Kind::list)
                          : A.as_array().ndim() == 1;
  const bool frobenius = ord.kind() == Kind::string;
  if (frobenius && ord.as_string() != "fro")
    throw ValueError("linalg.norm: ord is a number or 'fro', not " + ord.repr());
  if (vector) {
    enginery::Parameter<Vector> x(A);
    return vector_norm(x.get(), frobenius ? 2 : ord.as<double>());
  }
  enginery::Parameter<Matrix> matrix(A);
  return frobenius ? matrix.get().norm() : matrix_norm(matrix.get(), ord.as<double>());
}

Eigen::VectorXcd eigvals(Matrix A) {
  if (A.rows() != A.cols())
    throw ValueError("linalg.eigvals: A is square; this one is " + std::to_string(A.rows()) + "×" +
                     std::to_string(A.cols()));
  if (A.size() == 0) return {};
  return A.eigenvalues();
}

}  // namespace

ENGINERY_PLUGIN(linalg, m) {
  m.doc("Linear algebra on f64 arrays.");
  m.def("norm", norm, "A"_a, "ord"_a = 2,
        "The norm of a vector (n) or matrix (m, n): ord = 1, 2, inf, or 'fro'; for vectors any ord > 0. "
        "2 is the largest singular value of a matrix. ValueError for another ord.");
  m.def("eigvals", eigvals, "A"_a,
        "The eigenvalues of a real square matrix (n, n) as a complex vector (n), in Eigen's order. "
        "ValueError if A is not square.");
}
