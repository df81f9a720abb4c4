// plugins/linalg/norms.cpp: norms of vectors and matrices, by numpy.linalg.norm's orders.
#include <cmath>
#include <limits>

#include "tasks.hpp"

namespace linalg {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The greatest, or NaN if one of them is NaN; 0 of nothing.
template <class Derived>
double greatest(const Eigen::DenseBase<Derived>& numbers) {
  return numbers.size() == 0 ? 0 : numbers.template maxCoeff<Eigen::PropagateNaN>();
}
template <class Derived>
double least(const Eigen::DenseBase<Derived>& numbers) {
  return numbers.size() == 0 ? 0 : numbers.template minCoeff<Eigen::PropagateNaN>();
}

template <class Scalar>
double vector_norm(const View<Scalar>& x, double order) {
  const auto magnitudes = x->array().abs();
  if (order == 2) return x->size() == 0 ? 0 : x->stableNorm();
  if (order == 1) return magnitudes.sum();
  if (order == 0) return static_cast<double>((magnitudes != 0).count());
  if (order == kInfinity) return greatest(magnitudes);
  if (order == -kInfinity) return least(magnitudes);
  return std::pow(magnitudes.pow(order).sum(), 1 / order);
}

/// Those of a complex matrix are those of the real one [[Re, -Im], [Im, Re]], where each comes twice.
double spectral_norm(const View<double>& A, double order) {
  const Eigen::VectorXd values = singular_values("norm", *A);
  return order == 2 ? greatest(values) : order == -2 ? least(values) : values.sum();
}
double spectral_norm(const View<std::complex<double>>& A, double order) {
  Eigen::MatrixXd both(2 * A->rows(), 2 * A->cols());
  both << A->real(), -A->imag(), A->imag(), A->real();
  const Eigen::VectorXd values = singular_values("norm", both);
  return order == 2 ? greatest(values) : order == -2 ? least(values) : values.sum() / 2;
}

/// The orders that a number cannot say.
constexpr double kNuclear = 0;
bool is_spectral(double order) { return order == 2 || order == -2 || order == kNuclear; }

template <class Scalar>
double matrix_norm(const View<Scalar>& A, double order) {
  if (A->size() == 0) return 0;
  if (is_spectral(order)) return spectral_norm(A, order);
  const auto magnitudes = A->array().abs();
  if (order == 1) return greatest(magnitudes.colwise().sum());
  if (order == -1) return least(magnitudes.colwise().sum());
  if (order == kInfinity) return greatest(magnitudes.rowwise().sum());
  return least(magnitudes.rowwise().sum());
}

template <class Scalar>
double norm_as(const Operand& A, const std::variant<double, std::string>& order) {
  const View<Scalar> view(A);
  if (const double* const number = std::get_if<double>(&order)) {
    if (A.is_vector()) {
      if (std::isnan(*number)) throw enginery::ValueError("linalg.norm: ord is nan; give 2, 1, inf or another number");
      return vector_norm(view, *number);
    }
    if (std::abs(*number) != 1 && std::abs(*number) != 2 && !std::isinf(*number))
      throw enginery::ValueError("linalg.norm: ord of a matrix is 1, -1, 2, -2, inf, -inf, 'fro' or 'nuc', not " +
                                 enginery::real_repr(*number));
    return matrix_norm(view, *number);
  }
  const std::string& name = std::get<std::string>(order);
  if (name == "fro") return vector_norm(view, 2);
  if (name == "nuc" && !A.is_vector()) return matrix_norm(view, kNuclear);
  throw enginery::ValueError("linalg.norm: ord is a number or 'fro', or 'nuc' for a matrix, not " +
                             enginery::string_repr(name) + (A.is_vector() ? " for a vector" : ""));
}

}  // namespace

double norm(const Operand& A, const std::variant<double, std::string>& order) {
  return A.is_complex() ? norm_as<std::complex<double>>(A, order) : norm_as<double>(A, order);
}

}  // namespace linalg
