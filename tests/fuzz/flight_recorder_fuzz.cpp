// tests/fuzz/flight_recorder_fuzz.cpp: any bytes at all where an engine that died has recorded.
//
// Once as they are and once with zeros behind them, so that an input need not be as long as a record.
#include <cstdint>

#include "core/diagnosis/flight_recorder.hpp"
#include "tests/fuzz/input_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace enginery;
  constexpr std::size_t kLongerThanARecord = 16 << 10;
  for (const std::size_t least : {std::size_t{0}, kLongerThanARecord}) {
    const fuzz::InputFile file(data, size, least);
    cluster::FlightRecorder::take(file.path());
  }
  return 0;
}
