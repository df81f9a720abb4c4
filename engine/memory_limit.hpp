// engine/memory_limit.hpp: how much memory an engine may take.
#pragma once

#include <cstdint>

namespace enginery::engine {

/// From now on this process gets `bytes` more of memory of its own than it has, and no more: what asks for it fails, as
/// std::bad_alloc, which a task's caller sees as MemoryError. Counted is what the process may write to alone: heap,
/// anonymous maps and threads' stacks, but neither files nor the main stack (RLIMIT_DATA, setrlimit(2)). Throws Error
/// "OSError".
void limit_memory(std::uint64_t bytes);

}  // namespace enginery::engine
