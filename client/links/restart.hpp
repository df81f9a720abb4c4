// client/links/restart.hpp: has an engine ended, and started anew.
#pragma once

#include <enginery/task_handle.hpp>

#include "client/links/engines.hpp"

namespace enginery {

/// Has engine `id` ended, by SIGKILL if `kill`, and waits until it is back; one that nobody starts anew, until it is
/// gone. Throws IndexError, ValueError (it joined by itself), EngineDied (it died before it took tasks again, and is
/// not started any more), TimeoutError, ConnectionError.
void restart(Engines& engines, int id, bool kill, Seconds timeout);

}  // namespace enginery
