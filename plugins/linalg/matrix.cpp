// plugins/linalg/matrix.cpp: arrays as operands, and the words when a matrix is refused.
#include "matrix.hpp"

namespace linalg {

std::string Operand::shape() const {
  return is_vector() ? "(" + std::to_string(rows()) + ",)" : shape_text(rows(), cols());
}

std::string shape_text(Eigen::Index rows, Eigen::Index cols) {
  return "(" + std::to_string(rows) + ", " + std::to_string(cols) + ")";
}

void require_square(std::string_view task, Eigen::Index rows, Eigen::Index cols) {
  if (rows == cols) return;
  throw LinAlgError("linalg." + std::string(task) + ": A must be square; its shape is " + shape_text(rows, cols) +
                    "; linalg.lstsq, linalg.svd and linalg.qr take any shape");
}

void refuse_at(std::string_view task, std::string_view name, Eigen::Index row, Eigen::Index col,
               std::complex<double> number) {
  const enginery::Value shown = number.imag() == 0 ? enginery::Value(number.real()) : enginery::Value(number);
  throw LinAlgError("linalg." + std::string(task) + ": " + std::string(name) +
                    " must not contain infs or NaNs; the one at [" + std::to_string(row) + ", " + std::to_string(col) +
                    "] is " + shown.repr() + ": replace it, or leave out its row");
}

}  // namespace linalg

linalg::Operand enginery::Codec<linalg::Operand>::decode(const Value& value) {
  const Array array = Codec<Array>::decode(value);
  if (array.ndim() != 1 && array.ndim() != 2)
    throw TypeError("expected a vector (n) or a matrix (m, n), got an " + array.describe() + "; take a part of it");
  const bool complex = array.dtype() == DType::c64 || array.dtype() == DType::c128;
  return {array.converted(complex ? DType::c128 : DType::f64).ordered(Order::column_major)};
}
