// core/enginery/signals.hpp: signal handlers that stay on an engine.
#pragma once

#include <enginery/export.hpp>

namespace enginery {

/// An engine puts signals back after each task, and after it has imported a plugin. Called in a task or in a plugin's
/// body, this lets what was done to signals and timers so far stay, for all later tasks: for runtimes that live by
/// handlers of their own, such as a JVM, Julia or Go, and for profilers. What they then do to the engine's own handlers
/// is theirs. In a process that is no engine, signals stay anyway. Threads: the one that runs the task.
ENGINERY_API void keep_signal_handlers() noexcept;

/// For the engine: whether that was called since this was asked last.
ENGINERY_API bool signal_handlers_are_kept() noexcept;

}  // namespace enginery
