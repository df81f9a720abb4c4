// benchmarks/raw_nng.hpp: the same bytes through NNG with nothing on top.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace enginery::benchmarks {

/// An echo process: a blocking loop with sleeping threads at `url`, and many contexts at `url` + "p".
class EchoProcess {
 public:
  explicit EchoProcess(const std::string& url);
  ~EchoProcess();
  EchoProcess(const EchoProcess&) = delete;
  EchoProcess& operator=(const EchoProcess&) = delete;

 private:
  pid_t pid_;
};

/// The process' own main function. Never returns.
[[noreturn]] void echo_main(const char* url);

/// Seconds of each of `count` requests of `size` bytes, one after the other.
std::vector<double> echo_latencies(const std::string& url, std::size_t size, int count);
/// Requests of `size` bytes per second with 64 of them open.
double pipelined_rate(const std::string& url, std::size_t size, int count);

}  // namespace enginery::benchmarks
