// tests/libraries/armadillo_codec.hpp: Armadillo's matrices, which are column-major, as Values. docs/libraries.md
// quotes it.
#pragma once

#include <cstring>
#include <memory>
#include <utility>

#include <armadillo>

#include <enginery/array.hpp>
#include <enginery/codec.hpp>

template <>
struct enginery::Codec<arma::mat> {
  /// A copy: the matrix stays the caller's.
  static Value encode(const arma::mat& A) {
    Array array(DType::f64, shape(A), Order::column_major);
    std::memcpy(array.mutable_data(), A.memptr(), array.nbytes());
    return Value::array(std::move(array));
  }
  /// No copy: a task's result is nobody else's, so the array takes the matrix and sits on its memory.
  static Value encode(arma::mat&& A) {
    const auto owner = std::make_shared<arma::mat>(std::move(A));
    return Value::array(
        Array(DType::f64, shape(*owner), Order::column_major, owner, reinterpret_cast<std::byte*>(owner->memptr())));
  }
  /// A copy. Lists, integers and other floats are taken if nothing is lost; rows in memory order are put into columns.
  static arma::mat decode(const Value& value) {
    const Array array = Codec<Array>::decode(value).converted(DType::f64).ordered(Order::column_major);
    if (array.ndim() != 2) throw ValueError("an arma::mat has two dimensions; got an " + array.describe());
    const auto rows = static_cast<arma::uword>(array.shape()[0]), columns = static_cast<arma::uword>(array.shape()[1]);
    return arma::mat(array.elements<double>().data(), rows, columns);
  }
  static std::string name() { return "array[f64, 2d]"; }

 private:
  static std::array<std::int64_t, 2> shape(const arma::mat& A) {
    return {static_cast<std::int64_t>(A.n_rows), static_cast<std::int64_t>(A.n_cols)};
  }
};
