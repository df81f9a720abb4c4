// tests/process/factors_program.cpp: a program that is built with and without AVX2, and calls its own functions.
#include "tests/fixtures/plugins/factors.hpp"

#include <iostream>
#include <string_view>

#include <enginery/client.hpp>

using enginery::Reference;

static const Eigen::MatrixXd A{{2, 1, 0}, {0, 3, 1}, {1, 0, 5}};
static const Eigen::VectorXd x{{1, 2, 3}};

/// Arguments by value and by reference, captures, results, and what stays in the namespace.
static bool answers_are_right(const enginery::DirectView& e0) {
  e0["x"] = x;
  e0["A"] = A;
  const Eigen::VectorXd Ax{{4, 9, 16}};
  const auto with_A = enginery::capture(A, [](const Eigen::MatrixXd& M, Eigen::VectorXd y) { return (M * y).eval(); });
  const bool arguments = e0.apply_sync(factors::alignment) == factors::alignment() &&
                         e0.apply_sync(factors::scaled, A, 2.0) == 2 * A && e0.apply_sync(factors::sum, x) == 6 &&
                         e0.apply_sync(factors::product, A, x) == Ax && e0.apply_sync(with_A, x) == Ax;
  e0.apply_sync(factors::negate, Reference("A"));
  return arguments && e0.apply_sync(factors::product, Reference("A"), Reference("x")) == -Ax &&
         e0.get<Eigen::MatrixXd>("A") == -A;
}

/// Does on engine 0 what its arguments say, and prints what comes of it.
int main(int argc, char** argv) try {
  enginery::Client rc;
  const auto e0 = rc[0];
  const std::string_view verb = argc > 1 ? argv[1] : "";
  if (verb == "call") {
    std::cout << factors::alignment() << (answers_are_right(e0) ? " right\n" : " wrong\n");
  } else if (verb == "factorise") {
    e0.apply_sync(factors::factorise, "factors", A);
  } else if (verb == "solve") {
    const Eigen::VectorXd b = A * x;
    std::cout << (e0.apply_sync(factors::solve, Reference("factors"), b).isApprox(x) ? "right\n" : "wrong\n");
  } else {
    return 2;
  }
} catch (const enginery::Error& error) {
  std::cout << error.what() << '\n';
  return 1;
}
