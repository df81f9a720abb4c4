// engine/descriptor_reserve.hpp: descriptors that tasks leave to the engine.
#pragma once

namespace enginery::engine {

/// Tasks that open files and never close them would end with an engine that nobody new reaches: NNG accepts no
/// connection without a descriptor. So from now on the process may open 64 fewer than it could, and whenever it has
/// taken those, it may open these for a moment, in which NNG, which tries ten times a second, accepts who waits. A task
/// that opens all the time may take from the reserve too; it is for those that come now and then.
///
/// Begins a thread, which ends with the process. Requires: the limit was raised to what the process may have (one with
/// few has no reserve), and the signals that no other thread may take are blocked.
void reserve_descriptors();

}  // namespace enginery::engine
