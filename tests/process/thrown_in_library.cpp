// tests/process/thrown_in_library.cpp: a program that itself needs libenginery_client.so only, and catches what
// libenginery.so throws.
#include <enginery/client.hpp>

int main() {
  try {
    enginery::Client client{{.name = "nobody-has-started-this"}};
  } catch (const std::exception&) {
    return 0;
  }
  return 1;
}
