// plugins/system.cpp: the process and host of an engine.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

#include <enginery/plugin.hpp>
#include <enginery/stop.hpp>

namespace {

std::string hostname() {
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) != 0)
    throw enginery::Error("OSError", "the host's name is longer than 255 bytes");
  return name;
}

/// Returns early when it is asked to stop.
double sleep_for(double seconds) {
  using Clock = std::chrono::steady_clock;
  if (!(seconds >= 0))
    throw enginery::ValueError("system.sleep: seconds are not negative; got " + std::to_string(seconds));
  const auto start = Clock::now();
  const auto slept = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  while (!enginery::stop_requested()) {
    const double left = seconds - slept();
    if (left <= 0) break;
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(left, 0.05)));
  }
  return slept();
}

std::optional<std::string> variable(const std::string& name, std::optional<std::string> fallback) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : fallback;
}

}  // namespace

ENGINERY_PLUGIN(system, m) {
  m.doc("The process and host of an engine.");
  m.def("getpid", ::getpid, "The engine's process id.");
  m.def("hostname", hostname, "The host's name.");
  m.def("sleep", sleep_for, "seconds"_a, "Sleeps; gives the seconds slept, fewer if the task was asked to stop.");
  m.def("getenv", variable, "name"_a, "fallback"_a = enginery::Value(),
        "A variable of the engine's environment, else the fallback.");
}
