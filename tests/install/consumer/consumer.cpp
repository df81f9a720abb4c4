// consumer.cpp: calls two plugins of this project on the engines of a running cluster, and runs a third, SCRIPT.so.
#include <cmath>
#include <cstdint>
#include <iostream>
#include <vector>

#include <Eigen/Dense>

#include <enginery/client.hpp>
#include <enginery/eigen.hpp>

using namespace enginery::literals;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  enginery::Client rc;
  rc.wait_for_engines(2, enginery::Seconds(10));
  const auto engine = rc[-1];
  engine.sync_imports({"norms", "squares"});
  const Eigen::VectorXd x{{3, -4}};
  std::cout << enginery::Value(engine.apply("norms.get_norms", x, "levels"_a = std::vector<double>{1, 2, INFINITY}))
            << '\n'
            << enginery::Value(engine.apply("norms.get_norms", x)) << '\n'
            << engine.apply_sync<std::int64_t>("squares.square", 7) << '\n';
  const auto run = engine.run(argv[1]);
  run.get();
  std::cout << run << ' ' << engine["a"] << ' ' << engine.apply_sync("mysquare", enginery::Reference("a")) << '\n';
}
