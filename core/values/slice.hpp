// core/values/slice.hpp: which items start:stop:step names.
#pragma once

#include <cstdint>

#include <enginery/subscript.hpp>

namespace enginery {

/// `count` items: start, start + step, …
struct Stretch {
  std::int64_t start, step, count;
};

/// What a slice names of `size` items, as Python's slice.indices() says it: start is where an insertion would go if
/// count is 0 and step is 1. ValueError if step is 0.
Stretch resolve(const Slice& slice, std::size_t size);

}  // namespace enginery
