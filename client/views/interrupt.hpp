// client/views/interrupt.hpp: asks the task that runs on an engine to stop.
#pragma once

#include <enginery/task_handle.hpp>

#include "client/links/engine_link.hpp"

namespace enginery {

/// Whoever's task it is. Whether one ran, as the engine said. Throws TimeoutError, ConnectionError, ProtocolError.
bool interrupt(EngineLink& link, Seconds timeout);

}  // namespace enginery
