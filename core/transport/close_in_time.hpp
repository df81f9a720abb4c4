// core/transport/close_in_time.hpp: sockets are closed, but nobody waits for that for ever.
#pragma once

#include <cstdint>

namespace enginery::transport {

/// Closes an NNG socket, by its id. nng_close can hang for ever where a peer died under traffic, and takes every later
/// close with it: after a second the caller goes on, and from then on no socket of this process is closed.
/// Requires: none of its aios and contexts is used any more. Threads: any.
void close_in_time(std::uint32_t socket);

}  // namespace enginery::transport
