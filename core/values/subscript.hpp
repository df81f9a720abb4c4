// core/values/subscript.hpp: what a subscript names of a sequence or an array.
#pragma once

#include <enginery/value.hpp>

namespace enginery {

/// `count` items: start, start + step, …
struct Stretch {
  std::int64_t start, step, count;
};

/// What a slice names of `size` items, as Python's slice.indices() says it: start is where an insertion would go if
/// count is 0 and step is 1. ValueError if step is 0.
Stretch resolve(const Slice& slice, std::size_t size);

/// TypeError for an object that has no slices: "'int' object OTHERWISE".
[[noreturn]] void refuse_slice(const Value& self, const char* otherwise);

/// array[subscripts], a copy; an element if nothing is left of the shape. IndexError in numpy's words.
Value array_at(const Array& array, std::span<const Subscript> subscripts);
/// array[subscripts] = value, which is repeated over the part as numpy does it.
void array_set(Array& array, std::span<const Subscript> subscripts, const Value& value);

}  // namespace enginery
