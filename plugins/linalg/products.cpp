// plugins/linalg/products.cpp: products of vectors and matrices, as numpy's dot and matmul give them.
#include "tasks.hpp"

namespace linalg {
namespace {

template <class Scalar>
enginery::Value product(const Operand& a, const Operand& b) {
  const View<Scalar> left(a), right(b);
  if (a.is_vector() && b.is_vector()) return left->cwiseProduct(*right).sum();
  if (a.is_vector()) return evaluated(right->transpose() * *left, true);
  return evaluated(*left * *right, b.is_vector());
}

enginery::Value product(const std::string& task, const Operand& a, const Operand& b) {
  const Eigen::Index last = a.is_vector() ? a.rows() : a.cols();
  if (last != b.rows())
    throw enginery::ValueError("linalg." + task + ": a of shape " + a.shape() + " and b of shape " + b.shape() +
                               " do not fit: the last extent of a (" + std::to_string(last) +
                               ") must be the first of b (" + std::to_string(b.rows()) +
                               "); transpose one of them, or "
                               "swap them");
  return a.is_complex() || b.is_complex() ? product<std::complex<double>>(a, b) : product<double>(a, b);
}

}  // namespace

enginery::Value dot(const Operand& a, const Operand& b) { return product("dot", a, b); }
enginery::Value matmul(const Operand& a, const Operand& b) { return product("matmul", a, b); }

}  // namespace linalg
