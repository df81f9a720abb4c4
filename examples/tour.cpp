// examples/tour.cpp: a client calls a plugin's functions on every engine of a running cluster.
//
// Start one first: enginery start -n 4 --daemon
#include <cmath>
#include <cstdint>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <Eigen/Dense>

#include <enginery/client.hpp>
#include <enginery/eigen.hpp>

namespace eg = enginery;
using namespace enginery::literals;  // "ord"_a

int main() try {
  eg::Client rc;
  const std::vector<int> ids = rc.ids();
  std::cout << ids.size() << " engines\n";
  eg::MultiView all = rc.all();
  all.sync_imports({"system", "linalg"});

  // One result per engine, in target order: each is a process of its own.
  const std::vector<std::int64_t> pids = all.apply_sync<std::int64_t>("system.getpid");
  for (std::size_t i = 0; i < ids.size(); ++i) std::cout << "engine " << ids[i] << " is process " << pids[i] << '\n';

  // A call by name, with positional and keyword arguments, typed result.
  eg::DirectView e0 = rc[0];
  e0.block = true;
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(1024, -1, 1);
  for (const double order : {1.0, 2.0, double{INFINITY}})
    std::cout << "norm of x, order " << order << ": " << e0.apply_sync<double>("linalg.norm", x, "ord"_a = order)
              << " (locally "
              << (order == 1   ? x.lpNorm<1>()
                  : order == 2 ? x.norm()
                               : x.lpNorm<Eigen::Infinity>())
              << ")\n";

  // The engine's namespace: a Reference is the object that is already there.
  Eigen::MatrixXd A = Eigen::MatrixXd::Random(16, 16);
  A = (A * A.transpose()).eval();
  e0["A"] = A;
  const auto eigenvalues = e0.apply_sync<Eigen::VectorXcd>("linalg.eigvals", eg::Reference("A"));
  std::cout << "eigenvalues of A there and here agree: " << std::boolalpha << eigenvalues.isApprox(A.eigenvalues())
            << '\n';
  e0.push({{"a", 1.03234}, {"b", 3453}});
  std::cout << "b and a: " << eg::Value(e0.pull({"b", "a"})) << '\n';

  // An error is the engine's own, and the engine lives on.
  try {
    e0.apply("linalg.norm", x, "order"_a = 2);
  } catch (const eg::RemoteError& error) {
    std::cout << "from engine " << error.engine_id() << ": " << error.what() << '\n';
  }

  // Asynchronously, on every engine at once.
  const eg::AsyncResults<double> naps = all.apply_async<double>("system.sleep", 0.2);
  std::cout << naps << '\n';
  naps.get();
  std::cout << naps << ' ' << naps.tasks().size() << " naps of 0.2 s took " << naps.wall_time() << " s\n";
} catch (const eg::Error& error) {
  std::cerr << "tour: " << error.what() << '\n';
  return 1;
}
