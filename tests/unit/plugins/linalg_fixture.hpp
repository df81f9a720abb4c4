// tests/unit/plugins/linalg_fixture.hpp: the linalg plugin, and matrices to give it.
#pragma once

#include <complex>
#include <limits>

#include <Eigen/Core>

#include "tests/unit/plugins/bundled_plugin.hpp"

namespace enginery {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
using Eigen::MatrixXcd;
using Eigen::MatrixXd;
using Eigen::VectorXcd;
using Eigen::VectorXd;

class LinalgTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { linalg_ = std::make_unique<BundledPlugin>(LINALG_PLUGIN); }
  static void TearDownTestSuite() { linalg_.reset(); }
  static BundledPlugin& linalg() { return *linalg_; }

  /// As T, what the task gives for A in every order of memory.
  template <class T>
  static T of(const char* task, const MatrixXd& A, List rest = {}, const Keywords& keyword = {}) {
    return linalg().in_every_order(task, A, std::move(rest), keyword).as<T>();
  }
  template <class T>
  static T call(const char* task, const List& positional, const Keywords& keyword = {}) {
    return linalg().call(task, positional, keyword).as<T>();
  }
  static std::string refusal(const char* task, const List& positional, const Keywords& keyword = {}) {
    return linalg().refusal(task, positional, keyword);
  }

  /// The greatest difference; the shapes must be equal.
  template <class A, class B>
  static double distance(const Eigen::MatrixBase<A>& a, const Eigen::MatrixBase<B>& b) {
    EXPECT_EQ(a.rows(), b.rows());
    EXPECT_EQ(a.cols(), b.cols());
    if (a.rows() != b.rows() || a.cols() != b.cols()) return kInf;
    return a.size() == 0 ? 0 : (a - b).cwiseAbs().template maxCoeff<Eigen::PropagateNaN>();
  }
  template <class A>
  static double distance_from_identity(const Eigen::MatrixBase<A>& a) {
    return distance(a, MatrixXd::Identity(a.rows(), a.cols()));
  }

 private:
  static inline std::unique_ptr<BundledPlugin> linalg_;
};

}  // namespace enginery
