// core/values/allocation_limit.cpp: how much one statement may allocate.
#include "core/values/allocation_limit.hpp"

#include <string>

#include <enginery/errors.hpp>

namespace enginery {

static thread_local AllocationLimit* innermost = nullptr;

AllocationLimit::AllocationLimit(std::size_t bytes) noexcept : limit_(bytes), outer_(innermost) { innermost = this; }
AllocationLimit::~AllocationLimit() { innermost = outer_; }

void AllocationLimit::charge(std::size_t bytes) {
  if (!innermost) return;
  if (bytes > innermost->limit_ - innermost->used_)
    throw Error("MemoryError", "this statement would allocate more than " + std::to_string(innermost->limit_ >> 20) +
                                   " MiB; do it in a task of a plugin, or in smaller parts");
  innermost->used_ += bytes;
}

}  // namespace enginery
