// core/values/allocation_limit.hpp: how much one statement may allocate.
#pragma once

#include <cstddef>

#include <enginery/export.hpp>

namespace enginery {

/// While one lives, it counts what this thread's operators, subscripts and Array constructors allocate. They throw
/// MemoryError instead of allocating more than the limit. Limits nest: the innermost one counts.
///
/// Threads: belongs to the thread that made it.
class ENGINERY_API AllocationLimit {
 public:
  explicit AllocationLimit(std::size_t bytes) noexcept;
  ~AllocationLimit();
  AllocationLimit(const AllocationLimit&) = delete;
  AllocationLimit& operator=(const AllocationLimit&) = delete;

  /// Counts `bytes` that are about to be allocated against this thread's limit, if it has one. Throws MemoryError.
  static void charge(std::size_t bytes);

 private:
  const std::size_t limit_;
  std::size_t used_ = 0;
  AllocationLimit* const outer_;
};

}  // namespace enginery
