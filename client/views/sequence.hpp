// client/views/sequence.hpp: a sequence in blocks, one for each engine, and put together again.
#pragma once

#include <cstddef>

#include <enginery/value.hpp>

namespace enginery {

/// Block `index` of `count` contiguous ones; the first `size % count` are one longer. Flattened: a block of one
/// element is that element. TypeError if it is no sequence.
Value block_of(const Value& sequence, std::size_t index, std::size_t count, bool flatten);

}  // namespace enginery
