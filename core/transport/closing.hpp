// core/transport/closing.hpp: sockets that are closed without waiting for it.
#pragma once

#include <cstdint>

namespace enginery::transport {

/// Closes an NNG socket, by its id, in a thread of its own: nng_close can hang for ever where a peer died under
/// traffic, also of another socket, and must not take the caller with it. Those behind one that hangs stay open.
/// Requires: none of its aios and contexts is used any more. Threads: any.
void close_later(std::uint32_t socket);

}  // namespace enginery::transport
