// benchmarks/ten_lambdas.cpp: what a program costs to compile that sends ten closures to an engine.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <enginery/client.hpp>

int main() {
  const enginery::Client rc;
  const auto e0 = rc[0];
  const std::vector<double> numbers{3, -4, 12};
  const double scale = 2.5;

  const int sum = e0.apply_sync([](int a, int b) { return a + b; }, 2, 3);
  const double power = e0.apply_sync([scale](double x) { return std::pow(x, scale); }, 4.0);
  const double norm = e0.apply_sync(
      [](const std::vector<double>& a) {
        double squares = 0;
        for (const double x : a) squares += x * x;
        return std::sqrt(squares);
      },
      numbers);
  const std::vector<double> scaled = e0.apply_sync(
      [scale](std::vector<double> a) {
        for (double& x : a) x *= scale;
        return a;
      },
      numbers);
  const std::string greeting = e0.apply_sync([](const std::string& name) { return "hello " + name; }, "engine");
  const std::size_t letters = e0.apply_sync([](std::string text) { return text.size(); }, std::string("engine"));
  const bool positive = e0.apply_sync(
      [](const std::vector<double>& a, double least) { return !a.empty() && a[0] > least; }, numbers, 1.5);
  const std::vector<int> counted = e0.apply_sync(
      [](int count) {
        std::vector<int> all;
        for (int i = 0; i < count; ++i) all.push_back(i);
        return all;
      },
      5);
  const std::map<std::string, double> named = e0.apply_sync(
      [](const std::vector<std::string>& names, double each) {
        std::map<std::string, double> map;
        for (const std::string& name : names) map[name] = each;
        return map;
      },
      std::vector<std::string>{"a", "b"}, 0.5);
  e0.apply_sync([](std::int64_t seed) { std::srand(static_cast<unsigned>(seed)); }, 7);

  std::cout << sum << ' ' << power << ' ' << norm << ' ' << scaled.size() << ' ' << greeting << ' ' << letters << ' '
            << positive << ' ' << counted.size() << ' ' << named.size() << '\n';
}
