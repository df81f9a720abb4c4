// engine/memory_limit.cpp: how much memory an engine may take.
#include "engine/memory_limit.hpp"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <new>
#include <string>

#include <fmt/format.h>

#include <enginery/errors.hpp>

namespace enginery::engine {
namespace {

/// From this size on, in bytes, a piece of memory has pages of its own.
constexpr int kOwnPages = 1 << 20;

/// So much room, in bytes, is looked for, so often.
constexpr std::size_t kRoom = 4 << 20;
constexpr std::chrono::milliseconds kBetweenLooks(200);

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
  only_ = this;
  std::set_new_handler(&give_more);
  // What allocates without asking, as NNG does, finds room because this asks before it.
  std::thread([] {
    for (;; std::this_thread::sleep_for(kBetweenLooks)) ::operator delete(::operator new(kRoom, std::nothrow));
  }).detach();
}

void MemoryLimit::task_begins() {
  const std::lock_guard lock(changing_);
  set(limit_);
}

void MemoryLimit::task_ends() {
  if (only_ == this) std::set_new_handler(&give_more);  // the task may have set another
  const std::lock_guard lock(changing_);
  set(limit_ + kReserve);
}

void MemoryLimit::give_more() {
  const std::lock_guard lock(only_->changing_);
  rlimit now{};
  const std::uint64_t most = only_->limit_ + kReserve;
  if (std::this_thread::get_id() == only_->main_ || ::getrlimit(RLIMIT_DATA, &now) != 0 || now.rlim_cur >= most)
    throw std::bad_alloc();
  only_->set(std::min(now.rlim_cur + kStep, most));
}

void MemoryLimit::set(std::uint64_t bytes) const {
  if (limit_ == 0) return;
  const rlimit limit{bytes, hard_};
  ::setrlimit(RLIMIT_DATA, &limit);
}

}  // namespace enginery::engine
