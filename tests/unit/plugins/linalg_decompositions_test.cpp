// tests/unit/plugins/linalg_decompositions_test.cpp: eigenvalues, singular values, QR and Cholesky factors.
#include <algorithm>
#include <functional>
#include <tuple>

#include <Eigen/Eigenvalues>

#include "tests/unit/plugins/linalg_fixture.hpp"

namespace enginery {
namespace {

using Two = std::tuple<MatrixXd, MatrixXd>;
using Pairs = std::tuple<VectorXd, MatrixXd>;
using Svd = std::tuple<MatrixXd, VectorXd, MatrixXd>;

// Small ones, and such as blocked and recursive algorithms split.
struct Shape {
  Eigen::Index rows, cols;
};
const Shape kShapes[] = {{1, 1}, {2, 2}, {3, 5}, {5, 3}, {1, 4}, {4, 1}, {40, 40}, {60, 25}, {25, 60}};

TEST_F(LinalgTest, EigenvaluesAreEigensInItsOrder) {
  for (const Eigen::Index n : {1, 2, 3, 8, 30}) {
    const MatrixXd A = MatrixXd::Random(n, n);
    EXPECT_EQ(of<VectorXcd>("eigvals", A), A.eigenvalues()) << n;
  }
  using namespace std::complex_literals;
  EXPECT_LT(distance(call<VectorXcd>("eigvals", {MatrixXd{{0, -1}, {1, 0}}}), VectorXcd{{1i, -1i}}), 1e-15);
  EXPECT_EQ(call<VectorXcd>("eigvals", {MatrixXd(0, 0)}).size(), 0);
}

TEST_F(LinalgTest, EigenvectorsOfASymmetricMatrixAreOrthonormalAndFulfilTheirEquation) {
  for (const Eigen::Index n : {1, 2, 3, 8, 30}) {
    const MatrixXd R = MatrixXd::Random(n, n), A = R + R.transpose();
    const auto [w, V] = of<Pairs>("eigh", A);
    EXPECT_LT(distance(A * V, V * w.asDiagonal()), 1e-10);
    EXPECT_LT(distance_from_identity(V.transpose() * V), 1e-12);
    EXPECT_TRUE(std::is_sorted(w.begin(), w.end()));
    EXPECT_LT(distance(of<VectorXd>("eigvalsh", A), w), 1e-10);
  }
  EXPECT_LT(distance(call<VectorXd>("eigvalsh", {MatrixXd{{2, 1}, {1, 2}}}), VectorXd{{1, 3}}), 1e-14);
}

TEST_F(LinalgTest, OnlyTheLowerTriangleOfASymmetricMatrixCounts) {
  const MatrixXd lower{{2, 99}, {1, 2}};
  EXPECT_LT(distance(of<VectorXd>("eigvalsh", lower), VectorXd{{1, 3}}), 1e-14);
  EXPECT_EQ(of<MatrixXd>("cholesky", lower), call<MatrixXd>("cholesky", {MatrixXd{{2, 1}, {1, 2}}}));
}

TEST_F(LinalgTest, SingularVectorsAndValuesMakeTheMatrix) {
  for (const auto& [rows, cols] : kShapes) {
    const MatrixXd A = MatrixXd::Random(rows, cols);
    const Eigen::Index k = std::min(rows, cols);
    for (const bool full : {false, true}) {
      const auto [U, S, Vh] = of<Svd>("svd", A, {}, {{"full_matrices", full}});
      ASSERT_EQ(S.size(), k);
      ASSERT_EQ(U.cols(), full ? rows : k);
      ASSERT_EQ(Vh.rows(), full ? cols : k);
      EXPECT_LT(distance(U.leftCols(k) * S.asDiagonal() * Vh.topRows(k), A), 1e-10);
      EXPECT_LT(distance_from_identity(U.transpose() * U), 1e-12);
      EXPECT_LT(distance_from_identity(Vh * Vh.transpose()), 1e-12);
      EXPECT_TRUE(std::is_sorted(S.begin(), S.end(), std::greater<>()));
      EXPECT_GE(S(k - 1), 0);
    }
  }
  const auto [U, S, Vh] = call<Svd>("svd", {MatrixXd{{0, 3}, {-2, 0}}});
  EXPECT_LT(distance(S, VectorXd{{3, 2}}), 1e-14);
}

TEST_F(LinalgTest, WithoutBeingToldSingularVectorsAreAsFewAsThereAreValues) {
  EXPECT_EQ(std::get<0>(call<Svd>("svd", {MatrixXd::Ones(4, 2).eval()})).cols(), 2);
}

TEST_F(LinalgTest, QAndRMakeTheMatrix) {
  for (const auto& [rows, cols] : kShapes) {
    const MatrixXd A = MatrixXd::Random(rows, cols);
    const auto [Q, R] = of<Two>("qr", A);
    EXPECT_EQ(Q.cols(), std::min(rows, cols));
    EXPECT_LT(distance(Q * R, A), 1e-10);
    EXPECT_LT(distance_from_identity(Q.transpose() * Q), 1e-12);
    EXPECT_TRUE(R.isUpperTriangular(0));
  }
}

TEST_F(LinalgTest, ACholeskyFactorTimesItsTransposeIsTheMatrix) {
  for (const Eigen::Index n : {1, 2, 5, 40}) {
    const MatrixXd B = MatrixXd::Random(n, n), A = B * B.transpose() + MatrixXd::Identity(n, n);
    const auto L = of<MatrixXd>("cholesky", A);
    EXPECT_LT(distance(L * L.transpose(), A), 1e-10);
    EXPECT_TRUE(L.isLowerTriangular(0));
    EXPECT_GT(L.diagonal().minCoeff(), 0);
  }
  EXPECT_EQ(call<MatrixXd>("cholesky", {MatrixXd{{4, 2}, {2, 2}}}), (MatrixXd{{2, 0}, {1, 1}}));
}

TEST_F(LinalgTest, DecompositionsOfNothingHaveTheirShapes) {
  const auto [Q, R] = call<Two>("qr", {MatrixXd(3, 0)});
  EXPECT_EQ(Q.rows(), 3);
  EXPECT_EQ(R.size(), 0);
  const auto [U, S, Vh] = call<Svd>("svd", {MatrixXd(0, 2)}, {{"full_matrices", true}});
  EXPECT_EQ(U.size(), 0);
  EXPECT_EQ(S.size(), 0);
  EXPECT_EQ(Vh, MatrixXd::Identity(2, 2));
  EXPECT_EQ(std::get<2>(call<Svd>("svd", {MatrixXd(0, 2)})).cols(), 2);
  EXPECT_EQ(linalg().call("eigh", {MatrixXd(0, 0)}).at(1).as_array().describe(), "f64 array of shape (0, 0)");
  EXPECT_EQ(call<VectorXd>("eigvalsh", {MatrixXd(0, 0)}).size(), 0);
  EXPECT_EQ(linalg().call("cholesky", {MatrixXd(0, 0)}).as_array().describe(), "f64 array of shape (0, 0)");
}

}  // namespace
}  // namespace enginery
