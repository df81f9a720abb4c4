// examples/monte_carlo.cpp: the number pi from random points, with a closure for each engine.
#include <cmath>
#include <cstdint>
#include <iostream>
#include <numbers>
#include <random>
#include <vector>

#include <enginery/client.hpp>

int main() try {
  enginery::Client rc;
  constexpr std::int64_t kPoints = 2'000'000;

  // Each engine counts points of its own: the closure travels with its captures.
  std::vector<enginery::AsyncResult<std::int64_t>> hits;
  for (const int id : rc.ids()) {
    const std::uint64_t seed = 1000 + static_cast<std::uint64_t>(id);
    hits.push_back(rc[id].apply_async(
        [seed](std::int64_t points) {
          std::mt19937_64 random(seed);
          std::uniform_real_distribution<double> coordinate(-1, 1);
          std::int64_t inside = 0;
          for (std::int64_t i = 0; i < points; ++i) {
            const double x = coordinate(random), y = coordinate(random);
            if (x * x + y * y < 1) ++inside;
          }
          return inside;
        },
        kPoints));
  }

  double inside = 0;
  for (const auto& count : hits) inside += static_cast<double>(count.get());
  const double points = static_cast<double>(kPoints) * static_cast<double>(hits.size());
  const double share = inside / points, pi = 4 * share, deviation = 4 * std::sqrt(share * (1 - share) / points);
  std::cout << "pi is " << pi << ", give or take " << deviation << '\n';
  const bool right = std::abs(pi - std::numbers::pi) < 5 * deviation;
  std::cout << (right ? "right" : "wrong") << '\n';
  return right ? 0 : 1;
} catch (const enginery::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
