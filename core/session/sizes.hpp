// core/session/sizes.hpp: what a task or a result weighs, for credit and for the bound of a message.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include <enginery/bytes.hpp>

namespace enginery::session {

/// Beside its body, an entry costs the envelope about so much; else a message of empty tasks would have no bound.
inline constexpr std::uint64_t kEntryBytes = 64;

/// No task or result has more large payloads than this.
inline constexpr std::uint64_t kBulkPerEntry = 65536;

/// What a task or result counts as in credit and memory: its body and its large payloads.
inline std::uint64_t weight(const Bytes& body, const std::vector<Bytes>& bulk) {
  std::uint64_t bytes = body.size();
  for (const Bytes& payload : bulk) bytes += payload.size();
  return bytes;
}

/// What it takes of a message.
inline std::uint64_t message_cost(const Bytes& body, std::size_t bulk_count) {
  return body.size() + kEntryBytes + 8 * bulk_count;
}

inline std::vector<std::uint64_t> sizes_of(const std::vector<Bytes>& bulk) {
  std::vector<std::uint64_t> sizes;
  sizes.reserve(bulk.size());
  for (const Bytes& payload : bulk) sizes.push_back(payload.size());
  return sizes;
}

}  // namespace enginery::session
