// core/tasks/map_chunk.hpp: the items of a map that one task does, as they came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <enginery/value.hpp>

namespace enginery::tasks {

/// Some neighbouring items of a map: what its function is called with for each.
///
/// Threads: belongs to one thread at a time.
class MapChunk {
 public:
  /// Of the arguments of a call of map, as core/schema/call.fbs describes them. Throws ProtocolError if they are none.
  explicit MapChunk(std::vector<Value> arguments);

  std::size_t size() const { return size_; }
  /// The number of item 0 in its map.
  std::uint64_t first() const { return first_; }
  /// The map's, if it has one.
  const std::optional<std::uint64_t>& seed() const { return seed_; }
  /// What the function is called with for an item; until the next call. Requires: item < size().
  std::span<const Value> arguments(std::size_t item);

 private:
  std::size_t size_ = 0;
  std::uint64_t first_ = 0;
  std::optional<std::uint64_t> seed_;
  std::vector<Value> columns_;    // one for each parameter that differs
  std::vector<Value> arguments_;  // of one item: what is the same for all, then one element of each column
};

}  // namespace enginery::tasks
