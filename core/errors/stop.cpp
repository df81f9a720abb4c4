// core/errors/stop.cpp: whether the task that runs was asked to stop.
#include <enginery/stop.hpp>

#include <atomic>

namespace enginery {
namespace {
std::atomic<bool> requested_now{false};
}

bool stop_requested() noexcept { return requested_now.load(std::memory_order_relaxed); }
void set_stop_requested(bool requested) noexcept { requested_now.store(requested, std::memory_order_relaxed); }

}  // namespace enginery
