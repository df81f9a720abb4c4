// tests/unit/plugins/linalg_refusals_test.cpp: what linalg refuses, and the words that say so.
#include <complex>
#include "tests/unit/plugins/linalg_fixture.hpp"

namespace enginery {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(LinalgTest, AMatrixThatIsNotSquareIsRefusedWithItsShape) {
  for (const char* task : {"inv", "det", "eigvals", "eigvalsh", "eigh", "cholesky"})
    for (const MatrixXd& A : {MatrixXd(2, 3), MatrixXd(0, 3)})
      EXPECT_THAT(refusal(task, {MatrixXd::Zero(A.rows(), A.cols()).eval()}),
                  AllOf(StartsWith("LinAlgError: linalg." + std::string(task) + ": A must be square; its shape is (" +
                                   std::to_string(A.rows()) + ", 3)"),
                        HasSubstr("linalg.lstsq")));
  EXPECT_THAT(refusal("solve", {MatrixXd::Zero(2, 3).eval(), VectorXd{{1, 2}}}),
              StartsWith("LinAlgError: linalg.solve: A must be square; its shape is (2, 3)"));
}

TEST_F(LinalgTest, ASingularMatrixIsRefusedWithTheWayOut) {
  const MatrixXd A{{1, 2}, {2, 4}};
  for (const std::string& said : {refusal("solve", {A, VectorXd{{1, 2}}}), refusal("inv", {A}),
                                  refusal("inv", {MatrixXcd(A)}), refusal("inv", {MatrixXd::Zero(1, 1).eval()})})
    EXPECT_THAT(said, AllOf(StartsWith("LinAlgError: linalg."), HasSubstr(": Singular matrix: A of shape ("),
                            HasSubstr("linalg.lstsq")));
}

TEST_F(LinalgTest, AMatrixThatIsNotPositiveDefiniteHasNoCholeskyFactor) {
  for (const MatrixXd& A : {MatrixXd{{1, 2}, {2, 1}}, MatrixXd{{-1, 0}, {0, 1}}, MatrixXd{{0, 0}, {0, 0}}})
    EXPECT_THAT(refusal("cholesky", {A}),
                AllOf(StartsWith("LinAlgError: linalg.cholesky: Matrix is not positive definite: A of shape (2, 2)"),
                      HasSubstr("eigvalsh")));
}

TEST_F(LinalgTest, InfinitiesAndNaNsAreRefusedWithTheirPlace) {
  for (const double number : {kNaN, kInf, -kInf}) {
    const MatrixXd A{{1, 2}, {number, 4}}, good{{2, 1}, {1, 2}};
    const auto words = [&](const char* task, const char* name, const char* place) {
      return AllOf(StartsWith("LinAlgError: linalg." + std::string(task) + ": " + name +
                              " must not contain infs or NaNs; the one at [" + place + "] is " + real_repr(number)),
                   HasSubstr("replace it"));
    };
    for (const char* task : {"inv", "eigvals", "eigvalsh", "eigh", "svd", "qr", "cholesky"})
      EXPECT_THAT(refusal(task, {A}), words(task, "A", "1, 0"));
    {
      const char* const task = "solve";
      EXPECT_THAT(refusal(task, {A, VectorXd{{1, 2}}}), words(task, "A", "1, 0"));
      EXPECT_THAT(refusal(task, {good, VectorXd{{1, number}}}), words(task, "b", "1, 0"));
    }
    EXPECT_THAT(refusal("lstsq", {A, VectorXd{{1, 2}}}), words("lstsq", "A", "1, 0"));
    EXPECT_THAT(refusal("lstsq", {good, MatrixXd{{1, number}, {1, 2}}}), words("lstsq", "b", "0, 1"));
    EXPECT_THAT(refusal("norm", {A, 2}), words("norm", "A", "1, 0"));
  }
}

TEST_F(LinalgTest, ShapesThatDoNotFitAreRefusedWithBoth) {
  const MatrixXd A{{2, 1}, {1, 2}};
  EXPECT_THAT(refusal("solve", {A, VectorXd{{1, 2, 3}}}),
              AllOf(StartsWith("ValueError: linalg.solve: A of shape (2, 2) and b of shape (3,) do not fit"),
                    HasSubstr("(2,) or (2, k)")));
  EXPECT_THAT(refusal("solve", {A, MatrixXd::Zero(3, 2).eval()}), HasSubstr("b of shape (3, 2)"));
  EXPECT_THAT(refusal("lstsq", {MatrixXd::Zero(3, 2).eval(), VectorXd{{1, 2}}}),
              AllOf(StartsWith("ValueError: linalg.lstsq: A of shape (3, 2) and b of shape (2,) do not fit"),
                    HasSubstr("(3,) or (3, k)")));
  for (const std::string task : {"matmul", "dot"}) {
    EXPECT_THAT(refusal(task.c_str(), {MatrixXd::Zero(2, 3).eval(), A}),
                AllOf(StartsWith("ValueError: linalg." + task + ": a of shape (2, 3) and b of shape (2, 2) do not fit"),
                      HasSubstr("transpose")));
    EXPECT_THAT(refusal(task.c_str(), {VectorXd{{1}}, VectorXd{{1, 2}}}), HasSubstr("(1,) and b of shape (2,)"));
  }
}

TEST_F(LinalgTest, AnUnknownOrderIsRefusedWithThoseThatExist) {
  const MatrixXd A{{2, 1}, {1, 2}};
  for (const Value& order : List{3, 0, -3, kNaN})
    EXPECT_THAT(refusal("norm", {A, order}),
                StartsWith("ValueError: linalg.norm: ord of a matrix is 1, -1, 2, -2, inf, -inf, 'fro' or 'nuc', not " +
                           order.as<Value>().repr()));
  EXPECT_THAT(refusal("norm", {A, "frob"}), StartsWith("ValueError: linalg.norm: ord is a number or 'fro'"));
  EXPECT_THAT(refusal("norm", {VectorXd{{1}}, "nuc"}), HasSubstr("not 'nuc' for a vector"));
  EXPECT_THAT(refusal("norm", {VectorXd{{1}}, kNaN}), StartsWith("ValueError: linalg.norm: ord is nan"));
}

TEST_F(LinalgTest, WhatIsNoMatrixIsRefusedWithTheParametersName) {
  EXPECT_THAT(refusal("solve", {"text", VectorXd{{1}}}), StartsWith("TypeError: linalg.solve(): argument 'A' must be"));
  EXPECT_THAT(refusal("svd", {7}), StartsWith("TypeError: linalg.svd(): argument 'A' must be"));
  const Value cube = Array::zeros(DType::f64, std::vector<std::int64_t>{2, 2, 2});
  EXPECT_THAT(refusal("det", {cube}),
              AllOf(StartsWith("TypeError: linalg.det(): argument 'A' must be"), HasSubstr("(2, 2, 2)")));
  EXPECT_THAT(refusal("qr", {cube}), AllOf(StartsWith("TypeError: linalg.qr(): argument 'A'"), HasSubstr("(2, 2, 2)")));
}

TEST_F(LinalgTest, NumbersThatWouldLoseSomethingAreRefused) {
  const Value large = std::vector<std::int64_t>{(std::int64_t{1} << 53) + 1};
  EXPECT_THAT(refusal("norm", {large}), AllOf(StartsWith("ValueError: linalg.norm(): argument 'A'"),
                                              HasSubstr("9007199254740993"), HasSubstr("without loss")));
  using namespace std::complex_literals;
  const MatrixXcd complex{{1i}};
  for (const char* task : {"eigvals", "eigvalsh", "eigh", "svd", "qr", "cholesky"})
    EXPECT_THAT(refusal(task, {complex}),
                AllOf(StartsWith("ValueError: linalg." + std::string(task) + "()"), HasSubstr("without loss")));
  EXPECT_THAT(refusal("lstsq", {MatrixXd{{1}}, VectorXcd{{1i}}}),
              AllOf(StartsWith("TypeError: linalg.lstsq: b is complex"), HasSubstr("apart")));
}

TEST_F(LinalgTest, ANegativeExtentIsRefused) {
  EXPECT_THAT(refusal("random", {-1}), StartsWith("ValueError: linalg.random: rows and cols are not negative; got -1"));
  EXPECT_THAT(refusal("random", {2, -3}), HasSubstr("got 2, -3"));
}

}  // namespace
}  // namespace enginery
