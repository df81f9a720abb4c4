// core/diagnosis/throw_hook.hpp: sees every throw of this process, also from inside of plugins.
#pragma once

#include <array>  // and no more: <optional> makes the compiler declare __cxa_throw otherwise

namespace enginery::modules {

inline constexpr int kThrowFrames = 48;

/// The stack of this thread's last throw while it was recording, and errno as it was then: ENOMEM where the system has
/// refused memory.
struct ThrowStack {
  std::array<void*, kThrowFrames> frames{};
  int size = 0;
  int error = 0;
};

/// Starts or ends recording in this thread, and forgets what was recorded, errno too.
void record_throws(bool on);
const ThrowStack& last_throw();

}  // namespace enginery::modules
