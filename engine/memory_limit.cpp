// engine/memory_limit.cpp: how much memory an engine may take.
#include "engine/memory_limit.hpp"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
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

void limit_memory(std::uint64_t bytes) {
  // Large pieces are given back when they are let go of, and do not stay in some thread's arena, counted as held.
  ::mallopt(M_MMAP_THRESHOLD, kOwnPages);
  rlimit limit{};
  ::getrlimit(RLIMIT_DATA, &limit);
  const std::uint64_t held = held_now();
  limit.rlim_cur = limit.rlim_max =
      std::min<rlim_t>(bytes > RLIM_INFINITY - held ? RLIM_INFINITY : held + bytes, limit.rlim_max);
  if (::setrlimit(RLIMIT_DATA, &limit) != 0)
    throw Error("OSError", fmt::format("the memory limit of {} bytes cannot be set: {}", bytes, std::strerror(errno)));
}

}  // namespace enginery::engine
