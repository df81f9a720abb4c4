// examples/power_iteration.cpp: the largest eigenvalue of a matrix whose rows stay on the engines.
#include <cmath>
#include <iostream>
#include <vector>

#include <Eigen/Eigenvalues>

#include <enginery/client.hpp>
#include <enginery/eigen.hpp>

/// What one engine does in each step, on the rows that it holds: seen where they are, not copied.
static Eigen::VectorXd multiply(const Eigen::Ref<const Eigen::MatrixXd>& rows, const Eigen::VectorXd& x) {
  return rows * x;
}

int main() try {
  enginery::Client rc;
  constexpr Eigen::Index kSize = 240;
  Eigen::MatrixXd A = Eigen::MatrixXd::Random(kSize, kSize);
  A = A * A.transpose();

  // Its rows go to the engines once; of each step only vectors travel.
  const std::vector<int> ids = rc.ids();
  const enginery::MultiView all = rc.view(ids);
  const Eigen::Index engines = static_cast<Eigen::Index>(ids.size());
  for (Eigen::Index i = 0, first = 0; i < engines; ++i) {
    const Eigen::Index count = kSize / engines + (i < kSize % engines ? 1 : 0);
    const Eigen::MatrixXd rows = A.middleRows(first, count);
    rc[ids[static_cast<std::size_t>(i)]]["rows"] = rows;
    first += count;
  }

  Eigen::VectorXd x = Eigen::VectorXd::Ones(kSize).normalized();
  double eigenvalue = 0;
  for (int step = 0; step < 2000; ++step) {
    Eigen::VectorXd y(kSize);
    Eigen::Index at = 0;
    for (const Eigen::VectorXd& part : all.apply_sync(multiply, enginery::Reference("rows"), x)) {
      y.segment(at, part.size()) = part;
      at += part.size();
    }
    const double before = eigenvalue;
    eigenvalue = x.dot(y);
    x = y.normalized();
    if (std::abs(eigenvalue - before) < 1e-13 * eigenvalue) break;
  }

  const double known = A.selfadjointView<Eigen::Lower>().eigenvalues().maxCoeff();
  std::cout << "the largest eigenvalue is " << eigenvalue << ", Eigen says " << known << '\n';
  const bool right = std::abs(eigenvalue - known) < 1e-6 * known;
  std::cout << (right ? "right" : "wrong") << '\n';
  return right ? 0 : 1;
} catch (const enginery::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
