// core/transport/forked.cpp: whether this process is a forked child, and what is left as it is at its end.
#include "core/transport/forked.hpp"

#include <pthread.h>

#include <atomic>
#include <mutex>
#include <vector>

#include <enginery/errors.hpp>

namespace enginery::transport {

static std::atomic<bool> is_forked{false};

bool forked() noexcept { return is_forked.load(std::memory_order_relaxed); }

void refuse_if_forked() {
  if (forked())
    throw ConnectionError(
        "this process was forked from one that had clients of enginery; it can use neither those, since their threads "
        "stayed there, nor new ones. Ask in the parent, or start a program of its own here (exec, posix_spawn)");
}

void prepare_for_forks() {
  refuse_if_forked();
  static const int kWatches = ::pthread_atfork(nullptr, nullptr, [] { is_forked = true; });
  if (kWatches != 0) throw ConnectionError("this process has no memory left");
}

void abandon(void* state) {
  static std::mutex mutex;
  static auto* const abandoned = new std::vector<void*>;  // never destroyed: NNG's threads may outlive static objects
  const std::lock_guard lock(mutex);
  abandoned->push_back(state);
}

}  // namespace enginery::transport
