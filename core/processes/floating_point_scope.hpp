// core/processes/floating_point_scope.hpp: a time after which this thread computes as it did before.
#pragma once

#include <enginery/export.hpp>

#if defined(__x86_64__)
#include <cstdint>
#else
#include <cfenv>
#endif

namespace enginery {

/// Code that is loaded or run while one lives cannot change this thread's arithmetic for longer: rounding, flushing of
/// subnormals, trapped exceptions and exception flags are put back at its end. Threads that begin meanwhile keep what
/// they inherit.
///
/// Threads: belongs to one. Costs some nanoseconds where nothing was changed.
class ENGINERY_API FloatingPointScope {
 public:
  FloatingPointScope() noexcept;
  ~FloatingPointScope();
  FloatingPointScope(const FloatingPointScope&) = delete;
  FloatingPointScope& operator=(const FloatingPointScope&) = delete;

 private:
#if defined(__x86_64__)
  std::uint32_t sse_;
  std::uint16_t x87_control_, x87_status_;
#else
  std::fenv_t environment_;
#endif
};

}  // namespace enginery
