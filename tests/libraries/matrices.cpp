// tests/libraries/matrices.cpp: a plugin of Armadillo's. docs/libraries.md quotes it.
#include "tests/libraries/armadillo_codec.hpp"

#include <enginery/plugin.hpp>

static arma::mat inverse(const arma::mat& A) { return arma::inv(A); }  // a copy of A, none of the result

/// No copy of what lies on the engine: the matrix sits on the array's memory.
static arma::mat on_memory_of(enginery::Array& array) {
  if (array.ndim() != 2 || !array.fits(enginery::Order::column_major))
    throw enginery::ValueError("a matrix in columns is needed; got an " + array.describe());
  return arma::mat(array.mutable_elements<double>().data(), static_cast<arma::uword>(array.shape()[0]),
                   static_cast<arma::uword>(array.shape()[1]), false, true);
}
static void scale(enginery::Array& array, double factor) {
  arma::mat A = on_memory_of(array);
  A *= factor;
}

ENGINERY_PLUGIN(matrices, m) {
  m.def("inverse", inverse, "A"_a);
  m.def("scale", scale, "array"_a, "factor"_a, "Multiplies a variable in place.");
}
