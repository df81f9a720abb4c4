// plugins/linalg/matrix.hpp: matrices as linalg's tasks take them, and what is refused about them.
#pragma once

#include <complex>
#include <string>
#include <string_view>

#include <Eigen/Core>

#include <enginery/array.hpp>
#include <enginery/eigen.hpp>

namespace linalg {

template <class Scalar>
using Dense = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

/// A real matrix: the array's own memory if it is f64 and column-major, else a copy that loses nothing. A 1-d array is
/// one column.
using Matrix = Eigen::Ref<const Eigen::MatrixXd>;

/// A vector (n) or matrix (m, n) of real or complex numbers, as f64 or c128, in column-major order: the array's own
/// memory if it is that already, else a copy that loses nothing.
struct Operand {
  enginery::Array numbers;

  bool is_vector() const { return numbers.ndim() == 1; }
  bool is_complex() const { return numbers.dtype() == enginery::DType::c128; }
  Eigen::Index rows() const { return numbers.shape()[0]; }
  /// A vector is one column.
  Eigen::Index cols() const { return is_vector() ? 1 : numbers.shape()[1]; }
  /// "(3,)" or "(2, 3)".
  std::string shape() const;
};

/// The numbers of an Operand as Scalar: its own memory, or converted from f64 to c128. The view holds what it shows.
template <class Scalar>
class View {
 public:
  using Map = Eigen::Map<const Dense<Scalar>>;
  explicit View(const Operand& operand)
      : numbers_(operand.numbers.converted(enginery::dtype_of<Scalar>())),
        map_(numbers_.elements<Scalar>().data(), operand.rows(), operand.cols()) {}
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  const Map& operator*() const { return map_; }
  const Map* operator->() const { return &map_; }

 private:
  enginery::Array numbers_;
  Map map_;
};

/// What is wrong with a matrix rather than with its type or size: numpy.linalg's word for it.
class LinAlgError : public enginery::Error {
 public:
  explicit LinAlgError(const std::string& message) : Error("LinAlgError", message) {}
};

/// "(2, 3)".
std::string shape_text(Eigen::Index rows, Eigen::Index cols);

/// LinAlgError, which names `task` and the shape, unless they are equal.
void require_square(std::string_view task, Eigen::Index rows, Eigen::Index cols);

/// LinAlgError, which names the place of the first infinity or NaN, by columns: solvers give no answer for them.
template <class Derived>
void require_finite(std::string_view task, std::string_view name, const Eigen::MatrixBase<Derived>& A);
[[noreturn]] void refuse_at(std::string_view task, std::string_view name, Eigen::Index row, Eigen::Index col,
                            std::complex<double> number);

/// What evaluates to a matrix, straight in the memory of an array; as a vector if it is one column and `vector` is set.
template <class Derived>
enginery::Array evaluated(const Eigen::EigenBase<Derived>& expression, bool vector) {
  enginery::Array result = enginery::Value(expression.derived()).as_array();
  return vector ? result.reshaped(result.shape().first(1)) : result;
}

template <class Derived>
void require_finite(std::string_view task, std::string_view name, const Eigen::MatrixBase<Derived>& A) {
  if (A.allFinite()) return;
  for (Eigen::Index col = 0; col < A.cols(); ++col)
    for (Eigen::Index row = 0; row < A.rows(); ++row)
      if (!(Eigen::numext::isfinite)(A(row, col))) refuse_at(task, name, row, col, A(row, col));
}

}  // namespace linalg

template <>
struct enginery::Codec<linalg::Operand> {
  static linalg::Operand decode(const Value& value);
  static std::string name() { return "array[f64 or c128]"; }
};
