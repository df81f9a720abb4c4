// tests/unit/plugins/linalg_systems_test.cpp: systems of equations, inverses, determinants, least squares.
#include <complex>
#include "tests/unit/plugins/linalg_fixture.hpp"

namespace enginery {
namespace {

/// What lstsq gives.
template <class X>
struct Fit {
  explicit Fit(const Value& value)
      : x(value.at(0).as<X>()),
        residuals(value.at(1).as<VectorXd>()),
        rank(value.at(2).as<std::int64_t>()),
        s(value.at(3).as<VectorXd>()) {}
  X x;
  VectorXd residuals;
  std::int64_t rank;
  VectorXd s;
};

MatrixXd regular(Eigen::Index n) { return MatrixXd::Random(n, n) + static_cast<double>(n) * MatrixXd::Identity(n, n); }

TEST_F(LinalgTest, ASolutionSolves) {
  for (const Eigen::Index n : {1, 2, 5, 40}) {
    const MatrixXd A = regular(n), B = MatrixXd::Random(n, 3);
    const VectorXd b = VectorXd::Random(n);
    EXPECT_LT(distance(A * of<VectorXd>("solve", A, {b}), b), 1e-10);
    EXPECT_LT(distance(A * of<MatrixXd>("solve", A, {B}), B), 1e-10);
    EXPECT_EQ(call<MatrixXd>("solve", {A, RowMajor(B)}), call<MatrixXd>("solve", {A, B}));
  }
}

TEST_F(LinalgTest, ASolutionHasTheShapeOfTheRightHandSide) {
  const MatrixXd A{{0, 2}, {4, 0}};  // needs pivoting
  EXPECT_EQ(linalg().call("solve", {A, VectorXd{{2, 4}}}).repr(), Value(VectorXd{{1, 1}}).repr());
  EXPECT_EQ(linalg().call("solve", {A, MatrixXd{{2}, {4}}}).as_array().ndim(), 2u);
  EXPECT_EQ(linalg().call("solve", {A, MatrixXd(2, 0)}).as_array().describe(), "f64 array of shape (2, 0)");
  EXPECT_EQ(linalg().call("solve", {MatrixXd(0, 0), VectorXd(0)}).as_array().describe(), "f64 array of shape (0,)");
}

TEST_F(LinalgTest, ComplexSystemsAreSolvedToo) {
  const MatrixXcd A = MatrixXcd::Random(6, 6) + 6 * MatrixXcd::Identity(6, 6);
  const VectorXcd b = VectorXcd::Random(6);
  const VectorXd real = VectorXd::Random(6);
  EXPECT_LT(distance(A * call<VectorXcd>("solve", {A, b}), b), 1e-12);
  EXPECT_LT(distance(A * call<VectorXcd>("solve", {A, real}), VectorXcd(real)), 1e-12);
  EXPECT_LT(distance(A.real() * call<VectorXcd>("solve", {MatrixXd(A.real()), b}), b), 1e-12);
  EXPECT_LT(distance(A * call<MatrixXcd>("inv", {A}), MatrixXcd::Identity(6, 6)), 1e-12);
}

TEST_F(LinalgTest, OtherNumbersAreConverted) {
  const Eigen::MatrixXi A{{2, 0}, {0, 4}};
  EXPECT_EQ(call<VectorXd>("solve", {A, Eigen::VectorXf{{2, 2}}}), (VectorXd{{1, 0.5}}));
  EXPECT_EQ(linalg().call("solve", {A, Eigen::VectorXf{{2, 2}}}).as_array().dtype(), DType::f64);
  EXPECT_EQ(call<double>("det", {Eigen::MatrixXf{{2, 1}, {1, 2}}}), 3);
  EXPECT_EQ(call<VectorXd>("eigvalsh", {A}), (VectorXd{{2, 4}}));
}

TEST_F(LinalgTest, AnInverseTimesItsMatrixIsTheIdentity) {
  for (const Eigen::Index n : {1, 2, 5, 40}) {
    const MatrixXd A = regular(n);
    EXPECT_LT(distance_from_identity(of<MatrixXd>("inv", A) * A), 1e-12);
  }
  EXPECT_EQ(linalg().call("inv", {MatrixXd(0, 0)}).as_array().describe(), "f64 array of shape (0, 0)");
}

TEST_F(LinalgTest, TheDeterminantOfAProductIsTheProductOfTheDeterminants) {
  for (const Eigen::Index n : {1, 2, 5, 12}) {
    const MatrixXd A = MatrixXd::Random(n, n), B = MatrixXd::Random(n, n);
    EXPECT_NEAR(of<double>("det", A * B), of<double>("det", A) * of<double>("det", B), 1e-10);
  }
  EXPECT_EQ(call<double>("det", {MatrixXd{{0, 1}, {1, 0}}}), -1);
  EXPECT_EQ(call<double>("det", {MatrixXd{{1, 2}, {2, 4}}}), 0);
  EXPECT_EQ(call<double>("det", {MatrixXd(0, 0)}), 1);
  EXPECT_TRUE(std::isnan(call<double>("det", {MatrixXd{{kNaN, 0}, {1, 0}}})));
  using namespace std::complex_literals;
  EXPECT_EQ(linalg().call("det", {MatrixXcd{{1i, 0}, {0, 1i}}}), Value(-1. + 0i));
}

TEST_F(LinalgTest, LeastSquaresFulfilTheNormalEquations) {
  for (const Eigen::Index n : {1, 3, 20}) {
    const MatrixXd A = MatrixXd::Random(2 * n, n), B = MatrixXd::Random(2 * n, 2);
    const VectorXd b = VectorXd::Random(2 * n);
    const Fit<VectorXd> one(linalg().in_every_order("lstsq", A, {b}));
    EXPECT_LT((A.transpose() * (A * one.x - b)).cwiseAbs().maxCoeff(), 1e-10);
    ASSERT_EQ(one.residuals.size(), 1);
    EXPECT_NEAR(one.residuals(0), (A * one.x - b).squaredNorm(), 1e-12);
    EXPECT_EQ(one.rank, n);
    EXPECT_EQ(one.s.size(), n);
    const Fit<MatrixXd> two(linalg().in_every_order("lstsq", A, {B}));
    EXPECT_LT((A.transpose() * (A * two.x - B)).cwiseAbs().maxCoeff(), 1e-10);
    EXPECT_EQ(two.residuals.size(), 2);
  }
}

TEST_F(LinalgTest, AStraightLineIsFitted) {
  const MatrixXd A{{0, 1}, {1, 1}, {2, 1}, {3, 1}};
  const Fit<VectorXd> fit(linalg().call("lstsq", {A, VectorXd{{-1, 0.2, 0.9, 2.1}}}));
  EXPECT_LT(distance(fit.x, VectorXd{{1, -0.95}}), 1e-12);
  EXPECT_NEAR(fit.residuals(0), 0.05, 1e-12);
}

TEST_F(LinalgTest, OfManySolutionsLeastSquaresGiveTheShortest) {
  const Fit<VectorXd> wide(linalg().call("lstsq", {MatrixXd{{1, 1}}, VectorXd{{2}}}));
  EXPECT_LT(distance(wide.x, VectorXd{{1, 1}}), 1e-12);
  EXPECT_EQ(wide.residuals.size(), 0);
  const Fit<VectorXd> deficient(linalg().call("lstsq", {MatrixXd{{1, 2}, {2, 4}, {3, 6}}, VectorXd{{5, 10, 15}}}));
  EXPECT_EQ(deficient.rank, 1);
  EXPECT_LT(distance(deficient.x, VectorXd{{1, 2}}), 1e-12);
  EXPECT_EQ(deficient.residuals.size(), 0);
}

TEST_F(LinalgTest, LeastSquaresTakeSmallSingularValuesForNoneWhenTold) {
  const List arguments{MatrixXd{{1, 0}, {0, 0.01}}, VectorXd{{1, 1}}};
  const Fit<VectorXd> all(linalg().call("lstsq", arguments));
  EXPECT_EQ(all.rank, 2);
  EXPECT_LT(distance(all.x, VectorXd{{1, 100}}), 1e-10);
  const Fit<VectorXd> large(linalg().call("lstsq", arguments, {{"rcond", 0.1}}));
  EXPECT_EQ(large.rank, 1);
  EXPECT_LT(distance(large.x, VectorXd{{1, 0}}), 1e-12);
}

TEST_F(LinalgTest, ANegativeLimitOfLeastSquaresIsTheMachinesPrecision) {
  const List arguments{MatrixXd{{1, 0, 0}, {0, 5e-16, 0}, {0, 0, 0}}, VectorXd{{1, 5e-16, 1}}};
  EXPECT_EQ(Fit<VectorXd>(linalg().call("lstsq", arguments)).rank, 1);
  const Fit<VectorXd> precise(linalg().call("lstsq", arguments, {{"rcond", -1.0}}));
  EXPECT_EQ(precise.rank, 2);
  EXPECT_LT(distance(precise.x, VectorXd{{1, 1, 0}}), 1e-12);
}

TEST_F(LinalgTest, LeastSquaresOfNothingAreZeros) {
  const Fit<VectorXd> none(linalg().call("lstsq", {MatrixXd(0, 3), VectorXd(0)}));
  EXPECT_EQ(none.x, VectorXd::Zero(3));
  EXPECT_EQ(none.rank, 0);
  EXPECT_EQ(Fit<VectorXd>(linalg().call("lstsq", {MatrixXd(3, 0), VectorXd{{1, 2, 2}}})).residuals, VectorXd{{9}});
}

}  // namespace
}  // namespace enginery
