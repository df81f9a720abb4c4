// core/delivery/cache_eviction.hpp: keeping the module cache within its bound.
#pragma once

#include <cstdint>
#include <filesystem>

#include <enginery/export.hpp>

namespace enginery::modules {

/// ENGINERY_CACHE_LIMIT, in MiB, as bytes; 4 GiB when it is not set or not a number.
ENGINERY_API std::uint64_t cache_limit();

/// The file behind `descriptor` was used now: others go first.
void mark_used(int descriptor);

/// Removes what killed writers left in `modules`, and then the files that were not used for longest until the others
/// take at most `limit` bytes; `latest` is spared. What a process has open or mapped stays with it. One process at a
/// time does this, and others do not wait for it; it never fails, since a cache that is too large still serves.
ENGINERY_API void keep_within(const std::filesystem::path& modules, std::uint64_t limit,
                              const std::filesystem::path& latest) noexcept;

}  // namespace enginery::modules
