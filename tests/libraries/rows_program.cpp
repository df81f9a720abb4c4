// tests/libraries/rows_program.cpp: a program with generated code, which is edited (CONSTANT) and run again.
#include <iostream>

#include <enginery/client.hpp>

#include "row.pb.h"

static std::string packed() {
  Row row;
  row.add_numbers(CONSTANT);
  return row.ShortDebugString();
}

int main(int argc, char**) try {
  enginery::Client rc;
  if (argc > 1) {
    const std::vector<std::string> lost = rc.restart(0, {.keep = true});
    std::cout << "kept x = " << rc[0].pull<double>("x") << ", lost " << lost.size() << '\n';
  }
  std::cout << rc[0].apply_sync(packed) << '\n';
  rc[0]["x"] = 0.5;
} catch (const enginery::Error& error) {
  std::cout << error.what() << '\n';
  return 1;
}
