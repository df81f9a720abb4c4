// examples/tour.cpp: the interface, cell by cell, with tasks that are called by name.
//
// It expects a freshly started cluster of four engines (`enginery start -n 4`) that finds the plugins `norms` and
// `tour_tasks`, and the path of myscript.so as its argument; tools/tour.sh does all of that.
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <complex>
#include <cstdint>
#include <iostream>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <Eigen/Dense>

#include <enginery/client.hpp>
#include <enginery/eigen.hpp>

namespace eg = enginery;
using namespace enginery::literals;  // "levels"_a
using namespace std::chrono_literals;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: tour MYSCRIPT.so\n";
    return 2;
  }

  // A client, its ids, a view of one engine.
  eg::Client rc;
  const std::vector<int> ids = rc.ids();  // {0, 1, 2, 3}
  std::cout << ids.size() << " engines\n";
  eg::DirectView e0 = rc[0];
  e0.block = true;          // let's start synchronous
  std::cout << e0 << '\n';  // <DirectView 0>

  // A name that the engine does not know yet is a NameError, and the engine lives on.
  const Eigen::VectorXd x = Eigen::VectorXd::Random(1024);
  const std::vector<double> levels{1, 2, 3, INFINITY};
  try {
    e0.apply("norms.get_norms", x, "levels"_a = levels);
  } catch (const eg::RemoteError& error) {
    std::cout << error.ename() << ": " << error.evalue() << '\n';  // NameError: name 'norms' is not defined ...
  }

  // Import a plugin on one engine; then plugins here and on all engines at once.
  e0.execute("import norms");
  rc.all().sync_imports({"norms", "linalg", "system", "tour_tasks"});

  // By name, with keyword arguments and defaults; typed results.
  eg::Value norms = e0.apply("norms.get_norms", x, "levels"_a = levels);
  std::cout << norms << '\n';  // {1.0: 504.80..., 2.0: 18.13..., 3.0: 6.22..., inf: 0.99...}
  auto by_default = e0.apply_sync<std::map<double, double>>("norms.get_norms", x);  // levels=[2]
  double two = e0.apply_sync<double>("linalg.norm", x, 2);
  std::cout << (std::abs(by_default.at(2) - two) < 1e-12 * two) << '\n';  // 1

  // execute and run: a script defines a = 5 and mysquare in the engine's namespace.
  std::cout << e0.run(argv[1]) << '\n';              // <AsyncResult: execute:finished>
  std::cout << e0.execute("b=mysquare(a)") << '\n';  // <AsyncResult: execute:finished>
  std::cout << e0["a"] << ' ' << e0["b"] << '\n';    // 5 25

  // The engine's namespace; the same function works on our own.
  e0["a"] = 20;
  e0.apply("tour_tasks.inc_a", 5);
  std::cout << e0["a"] << '\n';  // 25
  eg::globals()["a"] = 2;
  eg::local().apply_sync<void>("tour_tasks.inc_a", 4);
  std::cout << eg::globals()["a"] << '\n';                                // 6
  auto product = e0.apply_sync<std::int64_t>("tour_tasks.mul_by_a", 10);  // 250

  // A Reference is the engine's own object, not a copy.
  bool copy = e0.apply_sync<bool>("tour_tasks.is_it_a", 5);                   // false
  bool same = e0.apply_sync<bool>("tour_tasks.is_it_a", eg::Reference("a"));  // true
  std::cout << product << ' ' << copy << ' ' << same << '\n';                 // 250 0 1

  // Moving data around.
  e0.push({{"a", 1.03234}, {"b", 3453}});
  double a = e0.pull("a");
  eg::Value b_a = e0.pull({"b", "a"});
  auto [b, a2] = e0.pull<std::int64_t, double>("b", "a");
  std::cout << a << ' ' << b_a << ' ' << b << ' ' << a2 << '\n';  // 1.03234 [3453, 1.03234] 3453 1.03234

  // The dictionary interface.
  e0["a"] = std::vector<int>{0, 1, 2, 3, 4};
  e0.execute("b = a[::-1]");
  std::cout << e0["b"] << '\n';  // [4, 3, 2, 1, 0]
  e0.update({{"c", "text"}, {"d", true}});
  std::string c = e0.get<std::string>("c");
  std::cout << c << '\n';  // text

  // Remote matrix operations on an array that is already there.
  Eigen::MatrixXd A = Eigen::MatrixXd::Random(16, 16);
  A = A * A.transpose();
  e0["A"] = A;
  auto eigvals = e0.apply_sync<Eigen::VectorXcd>("linalg.eigvals", eg::Reference("A"));
  double norm = e0.apply_sync<double>("linalg.norm", eg::Reference("A"), 2);
  auto [eigvals2, norm2] = e0.apply_sync<std::tuple<Eigen::VectorXcd, double>>("tour_tasks.both", eg::Reference("A"));
  std::cout << eigvals.isApprox(A.eigenvalues(), 1e-12) << eigvals2.isApprox(eigvals, 1e-12)
            << (std::abs(norm - norm2) < 1e-12 * norm) << '\n';  // 111

  // Asynchronous execution.
  e0.block = false;
  eg::AsyncResult<double> ar = e0.apply<double>("tour_tasks.wait", 2.0);
  std::cout << ar << ' ' << ar.ready() << '\n';  // <AsyncResult: tour_tasks.wait> 0
  try {
    ar.get(100ms);
  } catch (const eg::TimeoutError& error) {
    std::cout << error.what() << '\n';  // Result not ready.
  }
  std::cout << (ar.get() >= 2.0) << ar.ready() << ar.successful() << '\n';  // 111

  auto pid = e0.apply_sync<pid_t>("system.getpid");
  eg::AsyncResult<pid_t> asynchronous = e0.apply_async<pid_t>("system.getpid");
  std::cout << (asynchronous.get() == pid) << (pid != ::getpid()) << '\n';  // 11

  const eg::Metadata metadata = asynchronous.metadata();
  std::cout << metadata << '\n';  // {'after': [], 'completed': ..., ..., 'submitted': ...}
  std::cout << (metadata.engine_id == 0) << (metadata.status == eg::Status::ok)
            << (metadata.submitted <= metadata.received) << (metadata.started <= metadata.completed) << '\n';  // 1111
  std::cout << (asynchronous.wall_time() >= asynchronous.serial_time()) << '\n';  // 1 (both in seconds)

  // Several engines: one result per engine, in target order.
  eg::MultiView all = rc.all();
  std::vector<pid_t> pids = all.apply_sync<pid_t>("system.getpid");
  std::vector<pid_t> pair = rc[{3, 1}].apply_sync<pid_t>("system.getpid");
  std::cout << (pids.size() == 4) << (pair[0] == pids[3]) << (pair[1] == pids[1]) << '\n';  // 111
}
