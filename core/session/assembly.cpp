// core/session/assembly.cpp: a large payload that arrives in chunks.
#include "core/session/assembly.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace enginery::session {

bool Assembly::fits(std::uint64_t offset, std::uint64_t length) const {
  if (offset >= total_ || offset % chunk_bytes_ != 0) return false;
  return length == std::min<std::uint64_t>(chunk_bytes_, total_ - offset);
}

void Assembly::add(std::uint64_t offset, Bytes chunk) {
  if (total_ <= chunk_bytes_) {
    if (come_count_ == 0) single_ = std::move(chunk);
    come_count_ = 1;
    return;
  }
  if (!memory_) {
    if (total_ > kLargestPayload) throw std::bad_alloc();
    // Not from operator new, which would give the reserve of a process with little memory (std::set_new_handler) away.
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

Bytes Assembly::take() {
  if (total_ <= chunk_bytes_) return std::move(single_);
  const std::span<const std::byte> view(memory_.get(), total_);
  return Bytes(std::move(memory_), view);
}

}  // namespace enginery::session
