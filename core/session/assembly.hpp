// core/session/assembly.hpp: a large payload that arrives in chunks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include <enginery/bytes.hpp>

namespace enginery::session {

/// No machine has memory for more, so the allocator is not even asked.
inline constexpr std::uint64_t kLargestPayload = std::uint64_t{1} << 39;

/// A payload of `total` bytes that arrives in chunks of one size (the last may be shorter), in any order and some
/// repeatedly. The memory is not initialised; a payload of one chunk keeps that chunk and is not copied.
class Assembly {
 public:
  /// Allocates nothing yet. Requires: chunk_bytes > 0.
  Assembly(std::uint64_t total, std::size_t chunk_bytes) : total_(total), chunk_bytes_(chunk_bytes) {}

  /// Whether a chunk of `length` bytes may be at `offset`. Safe for any numbers from outside.
  bool fits(std::uint64_t offset, std::uint64_t length) const {
    return offset < total_ && offset % chunk_bytes_ == 0 &&
           length == std::min<std::uint64_t>(chunk_bytes_, total_ - offset);
  }

  /// Stores a chunk; a repeated one changes nothing. Requires: fits(). Throws std::bad_alloc, also for a total that no
  /// machine has memory for.
  void add(std::uint64_t offset, Bytes chunk) {
    if (total_ <= chunk_bytes_) {
      if (come_count_ == 0) single_ = std::move(chunk);
      come_count_ = 1;
      return;
    }
    if (!memory_) {
      if (total_ > kLargestPayload) throw std::bad_alloc();
      // Not from operator new, which would use up the reserve that a process keeps for times of little memory
      // (std::set_new_handler).
      memory_ = std::shared_ptr<std::byte[]>(static_cast<std::byte*>(std::malloc(total_)), &std::free);
      if (!memory_) throw std::bad_alloc();
      come_.resize(chunks());
    }
    const std::uint64_t index = offset / chunk_bytes_;
    if (come_[index]) return;
    std::memcpy(memory_.get() + offset, chunk.data(), chunk.size());
    come_[index] = true;
    ++come_count_;
  }

  bool complete() const { return come_count_ == chunks(); }
  std::uint64_t total() const { return total_; }

  /// The payload. Requires: complete().
  Bytes take() {
    if (total_ <= chunk_bytes_) return std::move(single_);
    const std::span<const std::byte> view(memory_.get(), total_);
    return Bytes(std::move(memory_), view);
  }

 private:
  std::uint64_t chunks() const { return total_ / chunk_bytes_ + (total_ % chunk_bytes_ != 0); }

  std::uint64_t total_;
  std::size_t chunk_bytes_;
  std::uint64_t come_count_ = 0;
  std::vector<bool> come_;
  std::shared_ptr<std::byte[]> memory_;
  Bytes single_;
};

}  // namespace enginery::session
