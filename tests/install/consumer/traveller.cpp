// traveller.cpp: a program of two sources and a library of its own, whose functions run on engines.
#include <iostream>

#include <enginery/client.hpp>

long in_the_other_source(long x);
long in_the_library(long x);

static int checks = [] { return 1; }();  // constructed in the program and on each engine

static long twice(long x) { return 2 * x * checks; }

int main(int argc, char** argv) {
  enginery::Client rc;
  const auto all = rc.all();
  for (const long result : all.apply_sync(twice, 21)) std::cout << result << ' ';
  const double k = argc;
  for (const double result : all.apply_sync([k](double x) { return k * x; }, 7.0)) std::cout << result << ' ';
  for (const long result : all.apply_sync(in_the_other_source, 3)) std::cout << result << ' ';
  for (const long result : all.apply_sync(in_the_library, 4)) std::cout << result << ' ';
  std::cout << (argc > 1 ? argv[1] : "") << std::endl;
  return argc;
}
