// core/transport/forked.cpp: whether this process is the forked child of one that used the transport.
#include "core/transport/forked.hpp"

#include <pthread.h>

#include <atomic>

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

}  // namespace enginery::transport
