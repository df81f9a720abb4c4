// examples/tour_tasks.cpp: the tasks of the tour: what they see of an engine's namespace, and what they give.
#include <chrono>
#include <cstdint>
#include <thread>
#include <tuple>

#include <Eigen/Eigenvalues>

#include <enginery/eigen.hpp>
#include <enginery/namespace.hpp>
#include <enginery/plugin.hpp>

namespace eg = enginery;

static void inc_a(std::int64_t increment) { eg::globals()["a"] += increment; }
static std::int64_t mul_by_a(std::int64_t b) { return b * eg::globals().at<std::int64_t>("a"); }
static bool is_it_a(const eg::Value& b) { return b.is(eg::globals()["a"]); }

static std::tuple<Eigen::VectorXcd, double> both(const Eigen::MatrixXd& A) {
  return {A.eigenvalues(), A.operatorNorm()};
}

static double wait(double seconds) {
  const auto tic = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - tic).count();
}

ENGINERY_PLUGIN(tour_tasks, m) {
  m.def("inc_a", inc_a, "increment"_a, "Adds to the variable a of the namespace.");
  m.def("mul_by_a", mul_by_a, "b"_a, "b times the variable a.");
  m.def("is_it_a", is_it_a, "b"_a, "Is b the very object that is called a?");
  m.def("both", both, "A"_a, "The eigenvalues and the 2-norm of a square matrix.");
  m.def("wait", wait, "seconds"_a, "Sleeps; gives the seconds that it took.");
}
