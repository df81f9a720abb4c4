// engine/memory_limit.cpp: how much memory an engine may take.
#include "engine/memory_limit.hpp"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include <enginery/errors.hpp>

namespace enginery::engine {
namespace {

/// From this size on, in bytes, a piece of memory has pages of its own.
constexpr int kOwnPages = 1 << 20;

/// As RLIMIT_DATA counts, in bytes.
std::uint64_t held_now() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (std::uint64_t kibibytes = 0; word == "VmData:" && status >> kibibytes) return kibibytes * 1024;
  throw Error("OSError", "/proc/self/status does not say how much memory this engine has; --memory-limit needs it");
}

}  // namespace

MemoryLimit::MemoryLimit(std::uint64_t bytes) {
  if (bytes == 0) return;
  // Large pieces are given back when they are let go of, and do not stay in some thread's arena, counted as held.
  ::mallopt(M_MMAP_THRESHOLD, kOwnPages);
  const std::uint64_t held = held_now();
  limit_ = std::min(bytes, RLIM_INFINITY / 4) + held;
  rlimit limit{};
  ::getrlimit(RLIMIT_DATA, &limit);
  hard_ = limit.rlim_max;
  if (hard_ < limit_ + kReserve)
    throw Error("OSError",
                fmt::format("--memory-limit {} is beyond what this process may have (`ulimit -H -d`: {} KiB)", bytes,
                            hard_ / 1024));
  task_ends();
}

void MemoryLimit::set(std::uint64_t bytes) const {
  if (limit_ == 0) return;
  const rlimit limit{bytes, hard_};
  ::setrlimit(RLIMIT_DATA, &limit);
}

}  // namespace enginery::engine
