// plugins/linalg/tasks.hpp: what linalg computes; linalg.cpp says how each is called and what it gives.
#pragma once

#include <complex>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <variant>

#include "matrix.hpp"

namespace linalg {

// products.cpp
enginery::Value dot(const Operand& a, const Operand& b);
enginery::Value matmul(const Operand& a, const Operand& b);

// norms.cpp
double norm(const Operand& A, const std::variant<double, std::string>& order);

// systems.cpp
enginery::Array solve(const Operand& A, const Operand& b);
enginery::Array inv(const Operand& A);
std::variant<double, std::complex<double>> det(const Operand& A);

// eigenvalues.cpp
Eigen::VectorXcd eigvals(Matrix A);
Eigen::VectorXd eigvalsh(Matrix A);
std::tuple<Eigen::VectorXd, Eigen::MatrixXd> eigh(Matrix A);

// singular_values.cpp
std::tuple<Eigen::MatrixXd, Eigen::VectorXd, Eigen::MatrixXd> svd(Matrix A, bool full_matrices);
/// (x, residuals, rank, singular values)
std::tuple<enginery::Array, Eigen::VectorXd, std::int64_t, Eigen::VectorXd> lstsq(Matrix A, const Operand& b,
                                                                                  std::optional<double> rcond);
/// In descending order. LinAlgError, which names `task`, for infs and NaNs.
Eigen::VectorXd singular_values(std::string_view task, Matrix A);

// factors.cpp
std::tuple<Eigen::MatrixXd, Eigen::MatrixXd> qr(Matrix A);
Eigen::MatrixXd cholesky(Matrix A);

// random.cpp
enginery::Array random(std::int64_t rows, std::optional<std::int64_t> cols, std::optional<std::int64_t> seed);

}  // namespace linalg
