// examples/kmeans.cpp: k-means over points that stay on the engines, with structs of the program's own.
#include <cmath>
#include <cstdint>
#include <iostream>
#include <limits>
#include <random>
#include <vector>

#include <enginery/client.hpp>

struct Point {
  double x, y;
};
/// The points of one engine that are nearest to one centre.
struct Group {
  Point sum;
  std::int64_t count;
};

static double distance(const Point& a, const Point& b) { return std::hypot(a.x - b.x, a.y - b.y); }

/// Makes the points around `centre` on the engine: they never travel.
static void make_points(const std::vector<Point>& centres, std::int64_t each, std::uint64_t seed) {
  auto points = std::make_shared<std::vector<Point>>();
  std::mt19937_64 random(seed);
  std::normal_distribution<double> spread(0, 0.5);
  for (const Point& centre : centres)
    for (std::int64_t i = 0; i < each; ++i) points->push_back({centre.x + spread(random), centre.y + spread(random)});
  enginery::globals().set("points", enginery::Value::opaque(std::move(points)));
}

static std::vector<Group> assign(const std::vector<Point>& points, const std::vector<Point>& centres) {
  std::vector<Group> groups(centres.size(), Group{{0, 0}, 0});
  for (const Point& point : points) {
    std::size_t nearest = 0;
    for (std::size_t k = 1; k < centres.size(); ++k)
      if (distance(point, centres[k]) < distance(point, centres[nearest])) nearest = k;
    groups[nearest].sum.x += point.x;
    groups[nearest].sum.y += point.y;
    ++groups[nearest].count;
  }
  return groups;
}

int main() try {
  enginery::Client rc;
  const std::vector<Point> truth{{0, 0}, {10, 0}, {0, 10}};
  for (const int id : rc.ids()) rc[id].apply_sync(make_points, truth, 20'000, 7 + id);

  const auto all = rc.all();
  std::vector<Point> centres{{3, 2}, {6, 1}, {2, 6}};
  for (int step = 0; step < 100; ++step) {
    std::vector<Group> total(centres.size(), Group{{0, 0}, 0});
    for (const std::vector<Group>& groups : all.apply_sync(assign, enginery::Reference("points"), centres))
      for (std::size_t k = 0; k < groups.size(); ++k) {
        total[k].sum.x += groups[k].sum.x;
        total[k].sum.y += groups[k].sum.y;
        total[k].count += groups[k].count;
      }
    double moved = 0;
    for (std::size_t k = 0; k < centres.size(); ++k) {
      const double count = static_cast<double>(total[k].count);
      const Point mean{total[k].sum.x / count, total[k].sum.y / count};
      moved = std::max(moved, distance(mean, centres[k]));
      centres[k] = mean;
    }
    if (moved < 1e-9) break;
  }

  bool right = true;
  for (std::size_t k = 0; k < centres.size(); ++k) {
    std::cout << "a centre at (" << centres[k].x << ", " << centres[k].y << ")\n";
    right = right && distance(centres[k], truth[k]) < 0.05;
  }
  std::cout << (right ? "right" : "wrong") << '\n';
  return right ? 0 : 1;
} catch (const enginery::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
