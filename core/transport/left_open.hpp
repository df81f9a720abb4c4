// core/transport/left_open.hpp: sockets that are closed when that is safe.
#pragma once

#include <cstddef>
#include <functional>

namespace enginery::transport {

/// Keeps what nobody wants any more until `try_close` gives true: closing an NNG socket under traffic can hang. It
/// stays in sight of leak checkers. Threads: any.
void leave_open(std::function<bool()> try_close);

/// Asks each of them; how many are left. Whoever opens a socket does it first. Threads: any.
std::size_t close_left_open();

}  // namespace enginery::transport
