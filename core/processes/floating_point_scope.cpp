// core/processes/floating_point_scope.cpp: a time after which this thread computes as it did before.
//
// glibc's fegetenv and fesetenv save and restore everything, also what C does not know of, such as the flushing of
// subnormals. On x86-64 they cost more than a short task, since they store and load the whole x87 environment. There
// the few control words are compared first, which tell whether anything was changed.
#include "core/processes/floating_point_scope.hpp"

#include <cfenv>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace enginery {

#if defined(__x86_64__)

namespace {

std::uint16_t x87_control() {
  std::uint16_t word;
  asm volatile("fnstcw %0" : "=m"(word));
  return word;
}
std::uint16_t x87_status() {
  std::uint16_t word;
  asm volatile("fnstsw %0" : "=am"(word));
  return word;
}

/// Exceptions, and which register is the top of the stack; the rest is what a comparison gave.
constexpr std::uint16_t kStatus = 0x38ff;

}  // namespace

FloatingPointScope::FloatingPointScope() noexcept
    : sse_(_mm_getcsr()), x87_control_(x87_control()), x87_status_(x87_status()) {}

FloatingPointScope::~FloatingPointScope() {
  asm volatile("emms");  // MMX shares its registers with x87, which is unusable after MMX code without this
  if (_mm_getcsr() != sse_) _mm_setcsr(sse_);
  if (x87_control() == x87_control_ && ((x87_status() ^ x87_status_) & kStatus) == 0) return;
  std::fenv_t now;
  std::fegetenv(&now);
  now.__control_word = x87_control_;
  now.__status_word = x87_status_;
  now.__tags = 0xffff;  // between functions that stack is empty
  now.__mxcsr = sse_;
  std::fesetenv(&now);
}

#else

FloatingPointScope::FloatingPointScope() noexcept { std::fegetenv(&environment_); }
FloatingPointScope::~FloatingPointScope() { std::fesetenv(&environment_); }

#endif

}  // namespace enginery
