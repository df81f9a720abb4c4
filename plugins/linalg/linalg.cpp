// plugins/linalg/linalg.cpp: linear algebra on arrays, over Eigen: how each task is called, and what it gives.
#include <enginery/plugin.hpp>

#include "tasks.hpp"

ENGINERY_PLUGIN(linalg, m) {
  m.doc(
      "Linear algebra on arrays of f64, by numpy.linalg's names and shapes; dot, matmul, norm, solve, inv and det also "
      "on c128. Other numbers are converted, and refused (ValueError) if that would lose something; lists are taken as "
      "arrays. An f64 array in column-major order (as Eigen's) is read where it is; others are copied. Where a matrix "
      "is "
      "asked for, a 1-d array is one column. What is wrong with a matrix itself is a LinAlgError; solvers and "
      "decompositions also refuse infs and NaNs with it. Results are column-major.");

  m.def("dot", linalg::dot, "a"_a, "b"_a,
        "The dot product of two vectors (n), as a number, without conjugation; with matrices, what matmul gives. "
        "ValueError if the shapes do not fit.");
  m.def("matmul", linalg::matmul, "a"_a, "b"_a,
        "The product of matrices, (m, k) by (k, n) to (m, n). A vector (k) stands for a row on the left and for a "
        "column on the right, and that axis is not in the result; two vectors give a number. ValueError if the shapes "
        "do not fit.");
  m.def(
      "norm", linalg::norm, "A"_a, "ord"_a = 2,
      "The norm of a vector (n) or matrix (m, n), as a float; 0 if it is empty. For a vector: ord = 2, 1, inf, -inf, 0 "
      "(how many are not 0), 'fro' (as 2), or any other number p, for (Σ|x|**p)**(1/p). For a matrix: 2 and -2 (the "
      "largest and smallest singular value), 'nuc' (their sum), 'fro', 1 and -1 (columns), inf and -inf (rows). "
      "ValueError for another ord; LinAlgError for infs and NaNs where singular values are needed.");

  m.def("solve", linalg::solve, "A"_a, "b"_a,
        "The x with A x = b: A is (n, n), b and x are (n) or (n, k). LinAlgError if A is not square, is singular (a "
        "pivot is exactly 0), or A or b holds infs or NaNs; ValueError if the shapes do not fit.");
  m.def("inv", linalg::inv, "A"_a,
        "The inverse (n, n) of A (n, n). LinAlgError as for solve, which is the better way to a solution.");
  m.def(
      "det", linalg::det, "A"_a,
      "The determinant of A (n, n), as a float or complex: 1 of a 0 by 0 matrix, nan if A holds one. LinAlgError if A "
      "is not square.");
  m.def(
      "lstsq", linalg::lstsq, "A"_a, "b"_a, "rcond"_a = enginery::Value(),
      "The tuple (x, residuals, rank, s) for min |A x - b|: A is (m, n), b is (m) or (m, k), x is (n) or (n, k) and "
      "the "
      "shortest of those that serve; residuals, the sums of squares for each column of b, are empty unless rank = n < "
      "m; s, the singular values of A, descend, and those up to rcond * s[0] count as 0 (None: max(m, n) times the "
      "machine's precision; below 0: that precision). LinAlgError for infs and NaNs; ValueError if the shapes do not "
      "fit; TypeError for a complex b.");

  m.def("eigvals", linalg::eigvals, "A"_a,
        "The eigenvalues of a real matrix (n, n), as a complex vector (n) in the order of Eigen's A.eigenvalues(). "
        "LinAlgError if A is not square, holds infs or NaNs, or they do not converge.");
  m.def("eigvalsh", linalg::eigvalsh, "A"_a,
        "The eigenvalues (n) of a real symmetric matrix (n, n), ascending. Only its lower triangle counts. LinAlgError "
        "as for eigvals.");
  m.def("eigh", linalg::eigh, "A"_a,
        "The tuple (w, V) of a real symmetric matrix (n, n): the eigenvalues w (n), ascending, and the orthonormal "
        "eigenvectors, the columns of V (n, n). Only the lower triangle of A counts. LinAlgError as for eigvals.");
  m.def(
      "svd", linalg::svd, "A"_a, "full_matrices"_a = false,
      "The tuple (U, S, Vh) with A = U diag(S) Vh, for A (m, n) and k = min(m, n): S (k) descends; U is (m, k) and Vh "
      "is (k, n), or (m, m) and (n, n) with full_matrices (which numpy has as its default). LinAlgError for infs and "
      "NaNs.");
  m.def("qr", linalg::qr, "A"_a,
        "The tuple (Q, R) with A = Q R, for A (m, n) and k = min(m, n): Q (m, k) has orthonormal columns, R (k, n) is "
        "upper triangular. LinAlgError for infs and NaNs.");
  m.def("cholesky", linalg::cholesky, "A"_a,
        "The lower triangular L (n, n) with L Lᵀ = A, for a symmetric positive definite A (n, n), of which only the "
        "lower triangle counts. LinAlgError if A is not square, not positive definite, or holds infs or NaNs.");

  m.def("random", linalg::random, "rows"_a, "cols"_a = enginery::Value(), "seed"_a = enginery::Value(),
        "Random numbers, uniform in [0, 1): a vector (rows), or a matrix (rows, cols). The same seed gives the same "
        "numbers on every machine; None takes one from the system. ValueError for a negative extent.");
}
