// benchmarks/columns.cpp: what a million small things cost beside the same numbers in one matrix.
//
// Each line is the time of encode, pack, unpack and decode together, and the most memory that it took beyond what was
// there, as multiples of the matrix'.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <tuple>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <enginery/eigen.hpp>
#include <enginery/value.hpp>

#include "core/wire/call_wire.hpp"

namespace {

constexpr int kThings = 1'000'000;

struct Seven {
  double a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7;
};

struct Cost {
  double seconds, mebibytes;
};

/// In a process of its own, whose memory nobody else has used.
template <class T>
Cost cost_of(const T& things) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  if (fork() == 0) {
    const auto most = [] {
      rusage usage{};
      getrusage(RUSAGE_SELF, &usage);
      return static_cast<double>(usage.ru_maxrss) / 1024;
    };
    const double before = most();
    const auto start = std::chrono::steady_clock::now();
    enginery::wire::Outcome outcome;
    outcome.value = enginery::Value(things);
    const auto packed = enginery::wire::pack(outcome, 65536);
    const T back = enginery::wire::unpack_outcome(packed.body, packed.bulk).value.template as<T>();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    const Cost cost{took.count(), most() - before};
    _exit(back.size() == things.size() && write(ends[1], &cost, sizeof cost) == sizeof cost ? 0 : 1);
  }
  Cost cost{};
  if (read(ends[0], &cost, sizeof cost) != sizeof cost) std::fputs("a benchmark failed\n", stderr);
  close(ends[0]);
  close(ends[1]);
  wait(nullptr);
  return cost;
}

template <class T>
void show(const char* name, const T& things, const Cost& matrix) {
  const Cost cost = cost_of(things);
  std::printf("%-44s %8.3f s %6.1f x %8.0f MiB %6.1f x\n", name, cost.seconds, cost.seconds / matrix.seconds,
              cost.mebibytes, cost.mebibytes / matrix.mebibytes);
  std::fflush(stdout);
}

}  // namespace

int main() {
  const Eigen::MatrixXd three = Eigen::MatrixXd::Ones(3, kThings), seven = Eigen::MatrixXd::Ones(7, kThings);
  const Cost of_three = cost_of(three), of_seven = cost_of(seven);
  show("MatrixXd, 3 x 1 000 000", three, of_three);
  show("vector<Vector3d>", std::vector<Eigen::Vector3d>(kThings, Eigen::Vector3d::Ones()), of_three);
  show("vector<array<double, 3>>", std::vector<std::array<double, 3>>(kThings), of_three);
  show("vector<tuple<double, double, double>>", std::vector<std::tuple<double, double, double>>(kThings), of_three);
  show("MatrixXd, 7 x 1 000 000", seven, of_seven);
  show("vector of a struct of seven doubles", std::vector<Seven>(kThings), of_seven);
}
