// core/enginery/stop.hpp: whether the task that runs was asked to stop.
#pragma once

#include <stop_token>

#include <enginery/export.hpp>

namespace enginery {

/// True once somebody aborted or interrupted the task that runs on this engine, its time was over, or its client went
/// away. A long task looks now and then and returns; what it returns stands, unless its time was over. In a process
/// that is no engine nobody asks. Threads: any.
ENGINERY_API bool stop_requested() noexcept;

/// The same as a token of the task that runs: for std::condition_variable_any, std::stop_callback and threads of the
/// task's own. It stays the token of that task, and nobody asks by it once the task has returned. A callback runs in a
/// thread of its own. Threads: any.
ENGINERY_API std::stop_token stop_token();

/// For the engine: another task begins, whom nobody has asked to stop.
ENGINERY_API void begin_stoppable_task() noexcept;
/// For the engine, and for tests of tasks: asks the task that runs. Waits for nobody. Threads: any.
ENGINERY_API void request_stop() noexcept;

}  // namespace enginery
