// tests/fuzz/connection_fuzz.cpp: any bytes at all as a connection file.
#include <cstdint>
#include <cstdlib>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>

#include "tests/fuzz/input_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace enginery;
  const fuzz::InputFile file(data, size);
  try {
    const Connection connection = Connection::load(file.path());
    connection.save(file.path());
    if (Connection::load(file.path()) != connection) std::abort();
  } catch (const ConnectionError&) {}
  return 0;
}
