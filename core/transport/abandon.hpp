// core/transport/abandon.hpp: sockets that are left to the process' end.
#pragma once

namespace enginery::transport {

/// Keeps `state` for ever: closing an NNG socket under traffic can hang, and takes every later close with it. What is
/// abandoned stays in sight of leak checkers. Threads: any.
void abandon(void* state);

}  // namespace enginery::transport
