// tests/fuzz/launcher_messages_fuzz.cpp: any line at all between launcher and hub.
#include <cstdint>
#include <cstdlib>

#include <enginery/errors.hpp>

#include "core/clusters/launcher_link.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace enginery;
  try {
    const auto message = cluster::parse_line({reinterpret_cast<const char*>(data), size});
    if (cluster::parse_line(cluster::to_line(message)) != message) std::abort();
  } catch (const ProtocolError&) {}
  return 0;
}
