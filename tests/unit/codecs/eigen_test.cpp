// tests/unit/codecs/eigen_test.cpp: Eigen's types come back, and its views see an array's own memory.
#include <gtest/gtest.h>
#include <Eigen/LU>

#include <cmath>

#include <Eigen/Geometry>

#include <enginery/eigen.hpp>
#include <enginery/value.hpp>

#include "tests/unit/codecs/refusal.hpp"

namespace enginery {
namespace {

using Eigen::Map;
using Eigen::MatrixXd;
using Eigen::Ref;
using Eigen::VectorXd;
using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using AnyStride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;

struct Custom {
  int x;
};
static_assert(!Encodable<Ref<const Eigen::Matrix<Custom, 2, 2>>>);
static_assert(Encodable<Ref<const VectorXd>> && !Decodable<Ref<const VectorXd>>);
static_assert(!Decodable<Map<MatrixXd>>);

template <class T>
void expect_round_trip(const T& dense) {
  const Value value(dense);
  const T back = value.as<T>();
  ASSERT_EQ(back.rows(), dense.rows());
  ASSERT_EQ(back.cols(), dense.cols());
  EXPECT_TRUE((back.array() == dense.array()).all()) << value;
  EXPECT_EQ(value.as_array().ndim(), T::IsVectorAtCompileTime ? 1U : 2U);
}

MatrixXd counting(int rows, int cols) {
  MatrixXd matrix(rows, cols);
  for (int i = 0; i < rows * cols; ++i) matrix(i / cols, i % cols) = i;
  return matrix;
}

struct OfTheUser {};
static_assert(kShared<Eigen::PartialPivLU<Eigen::MatrixXd>>.version ==
              10000 * EIGEN_WORLD_VERSION + 100 * EIGEN_MAJOR_VERSION + EIGEN_MINOR_VERSION);
static_assert(kShared<Eigen::Matrix3f>.tag.starts_with("Eigen, aligned to "));
static_assert(kShared<Eigen::SparseMatrix<double>> == kShared<Eigen::MatrixXd>);
static_assert(kShared<OfTheUser>.tag.empty() && kShared<std::vector<Eigen::MatrixXd>>.tag.empty());

TEST(Eigen, NumbersAreNarrowedAsEverywhere) {
  const Value array = Eigen::MatrixXd{{0.1, 2}}, list = List{List{0.1, 2}};
  for (const Value& value : {array, list}) {
    EXPECT_EQ(value.as<Eigen::MatrixXf>(), (Eigen::MatrixXf{{0.1F, 2}}));
    EXPECT_EQ(Parameter<Eigen::Ref<const Eigen::MatrixXf>>(value).get(), (Eigen::MatrixXf{{0.1F, 2}}));
    EXPECT_THROW((void)value.as<Eigen::MatrixXi>(), ValueError);
  }
  for (const Value& value : {Value(Eigen::VectorXd{{1, 1e300}}), Value(List{1, 1e300})}) {
    EXPECT_THROW((void)value.as<Eigen::VectorXf>(), OverflowError);
    EXPECT_THROW((void)Parameter<Eigen::Ref<const Eigen::VectorXf>>(value), OverflowError);
    EXPECT_THROW((void)value.as<Eigen::VectorXcf>(), OverflowError);
  }
  EXPECT_THROW((void)Value(List{(1 << 24) + 1, 0.5}).as<Eigen::VectorXf>(), ValueError) << "an int loses nothing";
}

struct Pose {
  std::optional<Eigen::Matrix3d> covariance;
  Eigen::Isometry3d place = Eigen::Isometry3d::Identity();
  std::vector<Eigen::Quaterniond> turns;
};
/// No codec takes it, since it owns a pointer.
struct Filter {
  std::optional<Eigen::Matrix3d> covariance;
  double* state = nullptr;
};
static_assert(Encodable<Pose> && Decodable<Pose> && !Encodable<Filter>);
static_assert(detail::Fields<Filter>::kCount == 2);

TEST(Eigen, RotationsAndTransformsComeBack) {
  const Eigen::Quaterniond turn(4, 1, 2, 3);
  EXPECT_EQ(Value(turn).repr(), "[1.0, 2.0, 3.0, 4.0]");
  EXPECT_EQ(Value(turn).as<Eigen::Quaterniond>().coeffs(), turn.coeffs());
  const Eigen::AngleAxisf about(0.1F, Eigen::Vector3f::UnitX());
  EXPECT_EQ(Value(about).repr(), "(0.10000000149011612, [1.0, 0.0, 0.0])");
  EXPECT_EQ(Value(about).as<Eigen::AngleAxisf>().angle(), about.angle());
  EXPECT_EQ(Value(about).as<Eigen::AngleAxisf>().axis(), about.axis());
  Eigen::Isometry3d place = Eigen::Translation3d(1, 2, 3) * turn.normalized();
  EXPECT_EQ(Value(place).as<Eigen::Isometry3d>().matrix(), place.matrix());
  const Eigen::Affine2f affine(Eigen::Scaling(2.0F) * Eigen::Translation2f(1, 2));
  EXPECT_EQ(Value(affine).as<Eigen::Affine2f>().matrix(), affine.matrix());
  const Eigen::AffineCompact3d compact(place.matrix());
  EXPECT_EQ(Value(compact).as<Eigen::AffineCompact3d>().matrix(), compact.matrix());
  EXPECT_THROW((void)Value(affine).as<Eigen::Isometry3d>(), ValueError);
}

TEST(Eigen, AreMembersOfStructs) {
  Pose pose{Eigen::Matrix3d::Identity(), Eigen::Isometry3d::Identity(), {Eigen::Quaterniond(4, 1, 2, 3)}};
  pose.place.translation() << 1, 2, 3;
  const auto back = Value(pose).as<Pose>();
  EXPECT_EQ(back.covariance.value(), pose.covariance.value());
  EXPECT_EQ(back.place.matrix(), pose.place.matrix());
  EXPECT_EQ(back.turns.at(0).coeffs(), pose.turns[0].coeffs());
  EXPECT_FALSE(Value(Pose()).as<Pose>().covariance.has_value());
}

TEST(Eigen, AStructWithAnOptionalMatrixIsAnOpaqueObject) {
  const Value value = Value::opaque(std::make_shared<Filter>(Filter{Eigen::Matrix3d::Identity(), nullptr}));
  Parameter<Filter&> parameter(value);
  EXPECT_EQ(parameter.get().covariance->trace(), 3);
  EXPECT_TRUE(Parameter<const Filter&>(value).get().covariance);
}

TEST(Eigen, DenseTypesComeBack) {
  expect_round_trip(counting(3, 2));
  expect_round_trip(RowMatrix(counting(3, 2)));
  expect_round_trip(VectorXd(VectorXd::LinSpaced(5, 0, 1)));
  expect_round_trip(Eigen::RowVectorXd(Eigen::RowVectorXd::LinSpaced(5, 0, 1)));
  expect_round_trip(Eigen::Matrix3f(Eigen::Matrix3f::Random()));
  expect_round_trip(Eigen::Vector4i(1, 2, 3, 4));
  expect_round_trip(Eigen::MatrixXcd(Eigen::MatrixXcd::Random(2, 3)));
  expect_round_trip(Eigen::ArrayXXf(Eigen::ArrayXXf::Random(2, 3)));
  expect_round_trip(Eigen::Array<bool, 2, 1>(true, false));
  expect_round_trip(
      Eigen::Matrix<std::int64_t, 2, Eigen::Dynamic>(Eigen::Matrix<std::int64_t, 2, 2>::Constant(INT64_MAX)));
  EXPECT_EQ(Value(counting(2, 2)).repr(), "[[0.0, 1.0], [2.0, 3.0]]");
  EXPECT_EQ(Value(RowMatrix(counting(2, 2))).as_array().order(), Order::row_major);
  EXPECT_EQ(Value(counting(2, 2)).as_array().order(), Order::column_major);
}

TEST(Eigen, ZeroSizesComeBack) {
  expect_round_trip(MatrixXd(0, 0));
  expect_round_trip(MatrixXd(0, 3));
  expect_round_trip(RowMatrix(3, 0));
  expect_round_trip(VectorXd(0));
}

TEST(Eigen, EitherOrderDecodesToEither) {
  const MatrixXd matrix = counting(2, 3);
  EXPECT_EQ(Value(matrix).as<RowMatrix>(), matrix);
  EXPECT_EQ(Value(RowMatrix(matrix)).as<MatrixXd>(), matrix);
}

TEST(Eigen, OtherNumbersAndListsDecodeWhereNothingIsLost) {
  EXPECT_EQ(Value(std::vector<int>{1, 2}).as<VectorXd>(), Eigen::Vector2d(1, 2));
  EXPECT_EQ(Value(List{1, 2.5}).as<VectorXd>(), Eigen::Vector2d(1, 2.5));
  EXPECT_EQ(Value(List{List{0, 1, 2}, List{3, 4, 5}}).as<MatrixXd>(), counting(2, 3));
  EXPECT_EQ(Value(std::vector<double>{1, 2}).as<Eigen::Vector2i>(), Eigen::Vector2i(1, 2));
  EXPECT_THROW((void)Value(std::vector<double>{0.5, 2}).as<Eigen::Vector2i>(), ValueError);
  EXPECT_THROW((void)Value(std::vector<double>{0.5}).as<Eigen::Vector2d>(), ValueError);
  EXPECT_THROW((void)Value(counting(2, 2)).as<VectorXd>(), TypeError);
  EXPECT_THROW((void)Value("x").as<VectorXd>(), TypeError);
  EXPECT_EQ(refusal<Eigen::Matrix3d>(counting(2, 2)).substr(0, 53),
            "ValueError: expected an array of shape (3, 3) for Eig");
  EXPECT_EQ(Value(counting(3, 1)).as<VectorXd>(), Eigen::Vector3d(0, 1, 2));
}

TEST(Eigen, ExpressionsAreWhatTheyEvaluateTo) {
  const VectorXd x = Eigen::Vector2d(1, 2);
  EXPECT_EQ(Value(x + x).repr(), "[2.0, 4.0]");
  EXPECT_EQ(Value(2 * counting(2, 2).transpose()).repr(), "[[0.0, 4.0], [2.0, 6.0]]");
  EXPECT_EQ(Value(counting(2, 2) * counting(2, 2)).repr(), "[[2.0, 3.0], [6.0, 11.0]]");
  EXPECT_EQ(Value(counting(3, 3).block(0, 0, 1, 2)).repr(), "[[0.0, 1.0]]");
  EXPECT_EQ(Value(counting(3, 3).col(1)).repr(), "[1.0, 4.0, 7.0]");
  EXPECT_EQ(Value(MatrixXd(x.asDiagonal())), Value(x.asDiagonal()));
  EXPECT_EQ(Value(Map<const VectorXd>(x.data(), 2)).repr(), "[1.0, 2.0]");
}

TEST(EigenParameter, AConstRefSeesTheArraysOwnMemory) {
  const Value vector = VectorXd(Eigen::Vector3d(1, 2, 3)), matrix = counting(2, 3), rows = RowMatrix(counting(2, 3));
  const auto at = [](const Value& value) { return reinterpret_cast<const double*>(value.as_array().data()); };
  EXPECT_EQ(Parameter<Ref<const VectorXd>>(vector).get().data(), at(vector));
  EXPECT_EQ(Parameter<const Ref<const VectorXd>&>(vector).get().data(), at(vector));
  EXPECT_EQ(Parameter<Ref<const MatrixXd>>(matrix).get().data(), at(matrix));
  EXPECT_EQ(Parameter<Ref<const RowMatrix>>(rows).get().data(), at(rows));
  Parameter<Ref<const MatrixXd, 0, AnyStride>> strided(rows);
  EXPECT_EQ(strided.get().data(), at(rows)) << "strides fit any order";
  EXPECT_EQ(MatrixXd(strided.get()), counting(2, 3));
}

TEST(EigenParameter, AConstRefConvertsWhatDoesNotFit) {
  Parameter<Ref<const MatrixXd>> other_order(RowMatrix(counting(2, 3)));
  EXPECT_EQ(MatrixXd(other_order.get()), counting(2, 3));
  Parameter<Ref<const VectorXd>> numbers(std::vector<int>{1, 2});
  EXPECT_EQ(VectorXd(numbers.get()), Eigen::Vector2d(1, 2));
  Parameter<Ref<const VectorXd>> list(List{1, 2.5});
  EXPECT_EQ(VectorXd(list.get()), Eigen::Vector2d(1, 2.5));
  EXPECT_EQ(refusal<Ref<const Eigen::VectorXi>>(std::vector<double>{0.5}).substr(0, 10), "ValueError");
  Parameter<Ref<const MatrixXd>> empty(MatrixXd(0, 3));
  EXPECT_EQ(empty.get().cols(), 3);
}

TEST(EigenParameter, AMapWritesToTheObjectItself) {
  const Value matrix = counting(2, 2);
  Parameter<Map<MatrixXd>>(matrix).get()(0, 1) = 9;
  EXPECT_EQ(matrix.repr(), "[[0.0, 9.0], [2.0, 3.0]]");
  Parameter<Ref<MatrixXd>>(matrix).get().row(1).setZero();
  EXPECT_EQ(matrix.repr(), "[[0.0, 9.0], [0.0, 0.0]]");
  const Array copy = matrix.as_array();
  Parameter<Map<MatrixXd>>(matrix).get().setOnes();
  EXPECT_EQ(Value(copy).repr(), "[[0.0, 9.0], [0.0, 0.0]]");
  const Value rows = RowMatrix(counting(2, 3));
  Parameter<Map<MatrixXd, 0, AnyStride>>(rows).get()(0, 2) = 7;
  EXPECT_EQ(rows.repr(), "[[0.0, 1.0, 7.0], [3.0, 4.0, 5.0]]");
}

TEST(EigenParameter, AMapOfWhatDoesNotFitSaysWhy) {
  const auto expect = [](const std::string& text, const char* part) { EXPECT_NE(text.find(part), text.npos) << text; };
  expect(refusal<Map<MatrixXd>>(RowMatrix(counting(2, 3))), "it is row-major");
  expect(refusal<Map<const MatrixXd>>(RowMatrix(counting(2, 3))), "TypeError");
  expect(refusal<Map<VectorXd>>(std::vector<int>{1}), "it is an i32 array of shape (1,), not of f64");
  expect(refusal<Ref<VectorXd>>(List{1}), "it is a list, not an array");
  expect(refusal<Map<Eigen::Matrix3d>>(counting(2, 2)), "shape (3, 3)");
}

TEST(EigenParameter, AMatrixByValueIsACopyAndAReferenceNeedsThatVeryType) {
  const Value matrix = counting(2, 2);
  Parameter<MatrixXd> copy(matrix);
  copy.get()(0, 0) = 9;
  EXPECT_EQ(matrix.at(0).at(0), 0.0);
  EXPECT_EQ(Parameter<const MatrixXd&>(matrix).get(), counting(2, 2));
  EXPECT_EQ(refusal<MatrixXd&>(matrix).substr(0, 9), "TypeError");
  const auto own = std::make_shared<MatrixXd>(counting(2, 2));
  EXPECT_EQ(&Parameter<MatrixXd&>(Value::opaque(own)).get(), own.get());
}

TEST(EigenSparse, ComesBackAsADictOfArrays) {
  Eigen::SparseMatrix<double> sparse(3, 4);
  sparse.insert(0, 1) = 1.5;
  sparse.insert(2, 3) = -2;
  const Value value = sparse;
  EXPECT_EQ(value.repr(),
            "{'format': 'csc', 'shape': (3, 4), 'data': [1.5, -2.0], 'indices': [0, 2], 'indptr': [0, 0, 1, 1, 2]}");
  EXPECT_EQ(MatrixXd(value.as<Eigen::SparseMatrix<double>>()), MatrixXd(sparse));
  EXPECT_EQ(MatrixXd(value.as<Eigen::SparseMatrix<double, Eigen::RowMajor>>()), MatrixXd(sparse));
  EXPECT_EQ(Value(sparse + sparse).as<Eigen::SparseMatrix<double>>().coeff(0, 1), 3);
  const Eigen::SparseMatrix<float, Eigen::RowMajor, std::int64_t> empty(0, 2);
  EXPECT_EQ((Value(empty).as<Eigen::SparseMatrix<float, Eigen::RowMajor, std::int64_t>>().cols()), 2);
  Eigen::SparseVector<double> vector(5);
  vector.insert(3) = 4;
  EXPECT_EQ(VectorXd(Value(vector).as<Eigen::SparseVector<double>>()), VectorXd(vector));
}

TEST(EigenSparse, IndicesFromOutsideAreChecked) {
  const auto make = [](std::vector<int> indices, std::vector<int> starts) {
    return Value(Dict{{"format", "csc"},
                      {"shape", std::pair(2, 2)},
                      {"data", std::vector<double>(indices.size(), 1.0)},
                      {"indices", indices},
                      {"indptr", starts}});
  };
  EXPECT_NO_THROW((void)make({0, 1}, {0, 1, 2}).as<Eigen::SparseMatrix<double>>());
  for (const Value& bad : List{make({0, 2}, {0, 1, 2}), make({-1, 0}, {0, 1, 2}), make({0, 1}, {0, 3, 2}),
                               make({0, 1}, {0, 2}), make({1, 0}, {0, 2, 2}), make({0, 0}, {0, 2, 2})})
    EXPECT_THROW((void)bad.as<Eigen::SparseMatrix<double>>(), ValueError) << bad;
}

}  // namespace
}  // namespace enginery
