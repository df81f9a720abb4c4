// plugins/system.cpp: the process and host of an engine.
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <tuple>

#include <enginery/plugin.hpp>
#include <enginery/stop.hpp>

namespace {

/// "system.chdir: [Errno 2] No such file or directory: '/x'; remedy".
[[noreturn]] void refuse(const std::string& task, int code, const std::string& thing, const std::string& remedy) {
  throw enginery::Error("OSError", "system." + task + ": [Errno " + std::to_string(code) + "] " +
                                       std::generic_category().message(code) + ": " + thing + "; " + remedy);
}

std::string hostname() {
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) != 0)
    refuse("hostname", errno, "the host's name", "it is longer than the 64 bytes that Linux allows");
  return name;
}

/// As Python's platform.uname(): a plain struct travels as a dict of its fields.
struct Platform {
  std::string system, node, release, version, machine;
};

Platform platform() {
  ::utsname names{};
  if (::uname(&names) != 0) refuse("uname", errno, "the kernel's name", "ask the host's administrator");
  return {names.sysname, names.nodename, names.release, names.version, names.machine};
}

std::int64_t cpu_count() {
  const long count = ::sysconf(_SC_NPROCESSORS_ONLN);
  if (count < 1) refuse("cpu_count", errno, "the number of CPUs", "see whether /sys is mounted on the host");
  return count;
}

std::tuple<double, double, double> load() {
  double averages[3];
  if (::getloadavg(averages, 3) != 3) refuse("getloadavg", errno, "/proc/loadavg", "see whether /proc is mounted");
  return {averages[0], averages[1], averages[2]};
}

/// All in bytes.
struct Memory {
  std::int64_t total, available, resident;
};

Memory memory() {
  Memory memory{};
  std::ifstream host("/proc/meminfo");
  std::string key, unit;
  for (std::int64_t kib = 0; host >> key >> kib; std::getline(host, unit)) {
    if (key == "MemTotal:") memory.total = kib * 1024;
    if (key == "MemAvailable:") memory.available = kib * 1024;
  }
  std::int64_t pages = 0;
  std::ifstream process("/proc/self/statm");
  process >> pages >> pages;  // the second is what is resident
  memory.resident = pages * ::sysconf(_SC_PAGESIZE);
  if (memory.total <= 0 || !process)
    refuse("memory", ENOENT, memory.total <= 0 ? "/proc/meminfo" : "/proc/self/statm", "see whether /proc is mounted");
  return memory;
}

std::string working_folder() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::current_path(error);
  if (error) refuse("cwd", error.value(), "the working folder", "it was removed; go elsewhere with system.chdir");
  return folder;
}

std::string change_folder(const std::string& path) {
  // A NUL would end the name early, and another folder would be taken.
  const bool whole = path.find('\0') == std::string::npos;
  if (!whole || ::chdir(path.c_str()) != 0)
    refuse("chdir", whole ? errno : EINVAL, enginery::string_repr(path),
           "name a folder that is there on the engine's host " + hostname());
  return working_folder();
}

/// Returns early when it is asked to stop.
double sleep_for(double seconds) {
  using Clock = std::chrono::steady_clock;
  if (!(seconds >= 0))
    throw enginery::ValueError("system.sleep: seconds are not negative; got " + enginery::real_repr(seconds));
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
  if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos)
    throw enginery::ValueError("system.getenv: " + enginery::string_repr(name) +
                               " cannot be a variable's name: it is not empty and has no '=' and no NUL");
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : fallback;
}

}  // namespace

ENGINERY_PLUGIN(system, m) {
  m.doc(
      "The process and host of an engine, by the names of Python's os and platform. What the system refuses is an "
      "OSError, which says its number, its text and the thing's name.");
  m.def("getpid", ::getpid, "The engine's process id.");
  m.def("hostname", hostname, "The host's name.");
  m.def("uname", platform, "A dict of str: system, node, release, version and machine, as 'Linux' and 'x86_64'.");
  m.def("cpu_count", cpu_count, "How many logical CPUs of the host are online.");
  m.def("getloadavg", load, "How many processes ran or wanted to, on average over 1, 5 and 15 minutes: three floats.");
  m.def("memory", memory,
        "A dict of bytes: total and available, of the host (available without swapping), and resident, of this "
        "engine's process.");
  m.def("cwd", working_folder, "The engine's working folder. OSError if it was removed.");
  m.def("chdir", change_folder, "path"_a,
        "Makes path the engine's working folder, for all tasks and threads of the engine, and gives its absolute name. "
        "OSError if it is no folder there or may not be entered.");
  m.def("sleep", sleep_for, "seconds"_a,
        "Sleeps; gives the seconds slept, fewer if the task was asked to stop (it looks every 50 ms). ValueError for "
        "negative seconds and nan; inf is until asked.");
  m.def("getenv", variable, "name"_a, "fallback"_a = enginery::Value(),
        "A variable of the engine's environment, as str, else the fallback. ValueError for what cannot be a name.");
}
