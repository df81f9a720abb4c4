// tests/unit/plugins/linalg_products_test.cpp: products, norms and random numbers.
#include <cmath>
#include <complex>
#include <map>

#include "tests/unit/plugins/linalg_fixture.hpp"

namespace enginery {
namespace {

using testing::HasSubstr;

TEST_F(LinalgTest, EveryTaskIsDocumented) {
  expect_documented(*linalg());
  EXPECT_THAT((*linalg()).attributes.get("solve").as_function()->signature(),
              testing::StartsWith("solve(A: array[f64 or c128], b: array[f64 or c128]) -> array"));
}

TEST_F(LinalgTest, AProductIsThatOfItsRowsAndColumns) {
  const MatrixXd A{{1, 2, 3}, {4, 5, 6}}, B{{1, 0}, {0, 1}, {2, -1}};
  EXPECT_EQ(of<MatrixXd>("matmul", A, {B}), (MatrixXd{{7, -1}, {16, -1}}));
  EXPECT_EQ(call<MatrixXd>("matmul", {A, RowMajor(B)}), (MatrixXd{{7, -1}, {16, -1}}));
  EXPECT_EQ(of<MatrixXd>("dot", A, {B}), (MatrixXd{{7, -1}, {16, -1}}));
  const MatrixXd C = MatrixXd::Random(7, 40), D = MatrixXd::Random(40, 9);
  EXPECT_LT(distance(of<MatrixXd>("matmul", C, {D}), C * D), 1e-12);
}

TEST_F(LinalgTest, AVectorIsARowOnTheLeftAndAColumnOnTheRight) {
  const MatrixXd A{{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(linalg().call("matmul", {A, VectorXd{{1, 0, -1}}}).repr(), Value(VectorXd{{-2, -2}}).repr());
  EXPECT_EQ(linalg().call("matmul", {VectorXd{{1, -1}}, A}).repr(), Value(VectorXd{{-3, -3, -3}}).repr());
  EXPECT_EQ(linalg().call("dot", {VectorXd{{1, 2}}, VectorXd{{3, 4}}}).repr(), "11.0");
}

TEST_F(LinalgTest, ProductsOfComplexNumbersDoNotConjugate) {
  using namespace std::complex_literals;
  const VectorXcd x{{1i, 2. + 0i}};
  EXPECT_EQ(linalg().call("dot", {x, x}), Value(3. + 0i));
  EXPECT_EQ(linalg().call("dot", {VectorXd{{1, 1}}, x}), Value(2. + 1i));
  EXPECT_EQ(call<MatrixXcd>("matmul", {MatrixXd{{0, 1}, {1, 0}}, MatrixXcd{{1i, 0}, {0, 2}}}),
            (MatrixXcd{{0, 2}, {1i, 0}}));
}

TEST_F(LinalgTest, ProductsOfNothingAreZeros) {
  EXPECT_EQ(call<MatrixXd>("matmul", {MatrixXd(2, 0), MatrixXd(0, 3)}), MatrixXd::Zero(2, 3));
  EXPECT_EQ(call<double>("dot", {VectorXd(0), VectorXd(0)}), 0);
}

TEST_F(LinalgTest, AVectorsNormHasEveryOrder) {
  const VectorXd x{{3, -4, 0}};
  EXPECT_EQ(call<double>("norm", {x}), 5);
  for (const auto& [order, norm] : std::map<double, double>{{2, 5}, {1, 7}, {0, 2}, {kInf, 4}, {-kInf, 0}})
    EXPECT_EQ(call<double>("norm", {x, order}), norm) << order;
  EXPECT_DOUBLE_EQ(call<double>("norm", {x, 3}), std::cbrt(91));
  EXPECT_EQ(call<double>("norm", {x}, {{"ord", "fro"}}), 5);
  EXPECT_DOUBLE_EQ(call<double>("norm", {VectorXd{{1, 2}}, -1}), 1 / 1.5);
  EXPECT_EQ(call<double>("norm", {VectorXd{{3e300, 4e300}}}), 5e300);
  EXPECT_EQ(call<double>("norm", {Value::list({3, 4})}), 5);
  for (const Value& order : List{2, 1, 0, kInf, -kInf, "fro"}) EXPECT_EQ(call<double>("norm", {VectorXd(0), order}), 0);
}

TEST_F(LinalgTest, AMatrixNormHasNumpysOrders) {
  const MatrixXd A{{1, -2}, {3, 4}};
  const auto norm = [&](const Value& order) { return of<double>("norm", A, {order}); };
  EXPECT_EQ(norm(1), 6);
  EXPECT_EQ(norm(-1), 4);
  EXPECT_EQ(norm(kInf), 7);
  EXPECT_EQ(norm(-kInf), 3);
  EXPECT_DOUBLE_EQ(norm("fro"), std::sqrt(30));
  // The product of its two singular values is |det A| = 10, the sum of their squares 30.
  EXPECT_NEAR(norm(2) * norm(-2), 10, 1e-12);
  EXPECT_NEAR(norm(2) * norm(2) + norm(-2) * norm(-2), 30, 1e-12);
  EXPECT_GT(norm(2), norm(-2));
  EXPECT_NEAR(norm("nuc"), norm(2) + norm(-2), 1e-12);
  EXPECT_EQ(of<double>("norm", A), norm(2));
  for (const Value& order : List{2, 1, -kInf, "fro", "nuc"})
    EXPECT_EQ(call<double>("norm", {MatrixXd(0, 3), order}), 0);
}

TEST_F(LinalgTest, NormsOfComplexNumbersAreThoseOfTheirMagnitudes) {
  using namespace std::complex_literals;
  EXPECT_DOUBLE_EQ(call<double>("norm", {VectorXcd{{3i, 4. + 0i}}}), 5);
  // Unitary but for a factor: both singular values are 5.
  const MatrixXcd A{{3, 4i}, {4i, 3}};
  for (const Value& order : List{2, -2}) EXPECT_NEAR(call<double>("norm", {A, order}), 5, 1e-12);
  EXPECT_NEAR(call<double>("norm", {A, "nuc"}), 10, 1e-12);
  EXPECT_EQ(call<double>("norm", {A, 1}), 7);
}

TEST_F(LinalgTest, ANormOfANaNIsNaN) {
  for (const Value& order : List{2, 1, kInf, -kInf, 3, "fro"})
    EXPECT_TRUE(std::isnan(call<double>("norm", {VectorXd{{1, kNaN, 2}}, order}))) << order.repr();
  for (const Value& order : List{1, -1, kInf, -kInf, "fro"})
    EXPECT_TRUE(std::isnan(call<double>("norm", {MatrixXd{{1, 2}, {kNaN, 4}}, order}))) << order.repr();
  EXPECT_EQ(call<double>("norm", {VectorXd{{1, kInf}}}), kInf);
}

TEST_F(LinalgTest, RandomNumbersAreUniformAndTheSameForASeed) {
  const auto numbers = call<VectorXd>("random", {10000}, {{"seed", 7}});
  ASSERT_EQ(numbers.size(), 10000);
  EXPECT_GE(numbers.minCoeff(), 0);
  EXPECT_LT(numbers.maxCoeff(), 1);
  EXPECT_NEAR(numbers.mean(), 0.5, 0.02);
  EXPECT_NEAR((numbers.array() - 0.5).square().mean(), 1. / 12, 0.005);
  EXPECT_EQ(call<VectorXd>("random", {10000, Value(), 7}), numbers);
  EXPECT_NE(call<VectorXd>("random", {10000, Value(), 8}), numbers);
  EXPECT_NE(call<VectorXd>("random", {50}), call<VectorXd>("random", {50}));
}

TEST_F(LinalgTest, RandomNumbersHaveTheShapeThatWasAsked) {
  EXPECT_EQ(linalg().call("random", {2, 3, 1}).as_array().describe(), "f64 array of shape (2, 3)");
  EXPECT_EQ(linalg().call("random", {2, 0}).as_array().describe(), "f64 array of shape (2, 0)");
  EXPECT_EQ(linalg().call("random", {0}).as_array().describe(), "f64 array of shape (0,)");
  // The first number that the standard's generator gives for the seed 5489 is 14514284786278117030.
  EXPECT_EQ(call<VectorXd>("random", {1, Value(), 5489})(0), std::ldexp(14514284786278117030u >> 11, -53));
}

}  // namespace
}  // namespace enginery
