// tests/sanitized.hpp: is this build watched by a sanitizer, which uses memory and ends processes in its own way?
#pragma once

namespace enginery {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace enginery
