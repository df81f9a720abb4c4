// examples/norms.cpp: a plugin of one task, with a default argument.
#include <cmath>
#include <map>
#include <vector>

#include <enginery/eigen.hpp>
#include <enginery/plugin.hpp>

/// All the requested norms of an array: level → norm.
static std::map<double, double> get_norms(Eigen::Ref<const Eigen::VectorXd> A, std::vector<double> levels) {
  std::map<double, double> norms;
  for (const double level : levels)
    norms[level] =
        std::isinf(level) ? A.lpNorm<Eigen::Infinity>() : std::pow(A.array().abs().pow(level).sum(), 1 / level);
  return norms;
}

ENGINERY_PLUGIN(norms, m) {
  m.doc("Vector norms.");
  m.def("get_norms", get_norms, "A"_a, "levels"_a = std::vector<double>{2},
        "All the requested norms of a vector (n), as a dict: level → norm.");
}
