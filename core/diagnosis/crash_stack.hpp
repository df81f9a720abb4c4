// core/diagnosis/crash_stack.hpp: where a thread was when a fatal signal came.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <enginery/export.hpp>

#include "core/diagnosis/traceback.hpp"

namespace enginery::modules {

/// So many frames of a stack are written.
inline constexpr std::size_t kCrashFrames = 48;

/// Makes the first write_crash_stack() safe in a signal's handler. To be called once, by the main thread.
ENGINERY_API void prepare_crash_stack();

/// Writes where the thread was that a signal has interrupted, a line for each frame, innermost first: "1f40 /lib/f.so".
/// What has no room is left out. Gives the size. Async-signal-safe. Requires: called in the signal's handler.
ENGINERY_API std::size_t write_crash_stack(std::span<char> room) noexcept;

/// What was written there; lines that are none are left out.
ENGINERY_API std::vector<CodePlace> read_crash_stack(std::string_view text);

}  // namespace enginery::modules
