// core/session/assembly.hpp: a large payload that arrives in chunks.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <enginery/bytes.hpp>

namespace enginery::session {

/// What an allocator is not even asked for.
inline constexpr std::uint64_t kLargestPayload = std::uint64_t{1} << 39;

/// A payload of `total` bytes that arrives in chunks of one size (the last may be shorter), in any order and some
/// repeatedly. The memory is not initialised; a payload of one chunk keeps that chunk and is not copied.
class Assembly {
 public:
  /// Allocates nothing yet. Requires: chunk_bytes > 0.
  Assembly(std::uint64_t total, std::size_t chunk_bytes) : total_(total), chunk_bytes_(chunk_bytes) {}

  /// Whether a chunk of `length` bytes may be at `offset`. Safe for any numbers from outside.
  bool fits(std::uint64_t offset, std::uint64_t length) const;

  /// Stores a chunk; a repeated one changes nothing. Requires: fits(). Throws std::bad_alloc, also for a total that no
  /// machine has memory for.
  void add(std::uint64_t offset, Bytes chunk);

  bool complete() const { return missing() == 0; }
  std::uint64_t total() const { return total_; }

  /// The payload. Requires: complete().
  Bytes take();

 private:
  std::uint64_t chunks() const { return total_ / chunk_bytes_ + (total_ % chunk_bytes_ != 0); }
  std::uint64_t missing() const { return chunks() - come_count_; }

  std::uint64_t total_;
  std::size_t chunk_bytes_;
  std::uint64_t come_count_ = 0;
  std::vector<bool> come_;
  std::shared_ptr<std::byte[]> memory_;
  Bytes single_;
};

}  // namespace enginery::session
