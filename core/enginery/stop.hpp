// core/enginery/stop.hpp: whether the task that runs was asked to stop.
#pragma once

#include <enginery/export.hpp>

namespace enginery {

/// True once the caller aborted the task that runs in this process, or went away. A long task looks now and then and
/// returns; its outcome stands. Threads: any.
ENGINERY_API bool stop_requested() noexcept;

/// For the engine: sets what stop_requested() says.
ENGINERY_API void set_stop_requested(bool requested) noexcept;

}  // namespace enginery
