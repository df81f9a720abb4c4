// benchmarks/first_call.cpp: what the first call of a program's function costs where nobody knows the program.
#include "benchmarks/first_call.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include <enginery/client.hpp>
#include <enginery/errors.hpp>

#include "benchmarks/seconds.hpp"

// Makes the module one of 1 MB.
asm(R"(
  .pushsection .rodata.ballast, "a", @progbits
  .fill 112640, 8, 0x9e3779b97f4a7c15
  .popsection
)");

namespace enginery::benchmarks {
namespace {

namespace fs = std::filesystem;

void nothing() {}

/// An environment variable that has another value for a while.
class Setting {
 public:
  Setting(const char* name, const std::string& value) : name_(name) {
    const char* const before = std::getenv(name);
    if (before) before_ = before;
    was_set_ = before != nullptr;
    ::setenv(name, value.c_str(), 1);
  }
  ~Setting() { was_set_ ? ::setenv(name_, before_.c_str(), 1) : ::unsetenv(name_); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  const char* name_;
  bool was_set_ = false;
  std::string before_;
};

/// A cluster of one engine, with a module cache that is empty.
class FreshHost {
 public:
  explicit FreshHost(const std::string& name)
      : folder_(fs::temp_directory_path() / ("enginery-" + name)),
        cluster_("ENGINERY_CLUSTER", name),
        cache_("ENGINERY_CACHE", folder_) {
    if (std::system(ENGINERY_COMMAND " start --daemon -n 1 --load testing >/dev/null") != 0)
      throw Error("benchmark", "the engine did not start");
  }
  ~FreshHost() {
    [[maybe_unused]] const int status = std::system(ENGINERY_COMMAND " stop >/dev/null");
    std::error_code error;
    fs::remove_all(folder_, error);
  }
  FreshHost(const FreshHost&) = delete;
  FreshHost& operator=(const FreshHost&) = delete;

 private:
  const fs::path folder_;
  const Setting cluster_, cache_;
};

}  // namespace

std::vector<double> first_calls(int count) {
  const std::string command = fs::read_symlink("/proc/self/exe").string() + " --first-call";
  std::vector<double> seconds;
  for (int i = 0; i < count; ++i) {
    const FreshHost host(fmt::format("first-call-{}-{}", ::getpid(), i));
    std::FILE* const output = ::popen(command.c_str(), "r");
    double one = 0;
    const bool read = output && std::fscanf(output, "%lf", &one) == 1;
    if (!output || ::pclose(output) != 0 || !read) throw Error("benchmark", "a first call failed");
    seconds.push_back(one);
  }
  return seconds;
}

int first_call_main() {
  Client rc;
  const DirectView e0 = rc[0];
  e0.apply_sync("testing.nothing");  // connects
  std::printf("%.9f\n", seconds_of([&] { e0.apply_sync(nothing); }));
  return 0;
}

std::uintmax_t module_bytes() {
  Dl_info found{};
  ::dladdr(reinterpret_cast<const void*>(&nothing), &found);
  return fs::file_size(found.dli_fname);
}

CallLatencies alternating_calls(const DirectView& engine, int count) {
  CallLatencies seconds;
  engine.apply_sync(nothing);  // brings it
  for (int i = 0; i < count; ++i) {
    seconds.of_code.push_back(seconds_of([&] { engine.apply_sync(nothing); }));
    seconds.by_name.push_back(seconds_of([&] { engine.apply_sync("testing.nothing"); }));
  }
  return seconds;
}

}  // namespace enginery::benchmarks
