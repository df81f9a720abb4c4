// core/values/array_subscript.hpp: array[…], to get and to set.
#pragma once

#include <span>

#include <enginery/subscript.hpp>
#include <enginery/value.hpp>

namespace enginery {

/// array[subscripts], a copy; an element if nothing is left of the shape. IndexError in numpy's words.
Value array_at(const Array& array, std::span<const Subscript> subscripts);
/// array[subscripts] = value, which is repeated over the part as numpy does it.
void array_set(Array& array, std::span<const Subscript> subscripts, const Value& value);

}  // namespace enginery
