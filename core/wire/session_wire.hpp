// core/wire/session_wire.hpp: the session's messages on the wire.
#pragma once

#include "core/session/messages.hpp"
#include "core/wire/frame.hpp"

namespace enginery::wire {

messages::Message encode(const session::Exchange&);
messages::Message encode(const session::Reply&);
messages::Message encode(const session::Chunk&);
messages::Message encode(const session::ChunkAnswer&);
messages::Message encode(const session::Fetch&);
messages::Message encode(const session::Fetched&);

// Each verifies the envelope with bounded depth and tables, and every size against the message, before it reads a
// field. Bodies share the message's memory. Throws ProtocolError.
session::Exchange decode_exchange(const Opened&);
session::Reply decode_reply(const Opened&);
session::Chunk decode_chunk(const Opened&);
session::ChunkAnswer decode_chunk_answer(const Opened&);
session::Fetch decode_fetch(const Opened&);
session::Fetched decode_fetched(const Opened&);

}  // namespace enginery::wire
