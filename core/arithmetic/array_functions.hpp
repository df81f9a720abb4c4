// core/arithmetic/array_functions.hpp: numpy's functions of arrays: sqrt, round, sum and their like.
#pragma once

#include <cstdint>
#include <string_view>

#include <enginery/value.hpp>

#include "core/values/objects.hpp"

namespace enginery {

enum class Elementwise : std::uint8_t { sqrt, exp, log, sin, cos, tan, floor, ceil };

/// As numpy: bools and integers give floats, except that floor and ceil leave them as they are; nan, inf or -inf where
/// there is no result; complex numbers give complex ones, but have no floor and ceil. TypeError for other objects,
/// which says the `name` of the function.
Value elementwise(Elementwise function, std::string_view name, const Value& value);

/// Each element rounded to `digits` behind the point, halves to the even neighbour, as numpy's round() does.
Value rounded_elements(const Array& array, std::int64_t digits);

/// A whole number rounded so: `digits` below 0 round to tens, hundreds, …
Whole rounded_whole(Whole number, std::int64_t digits) noexcept;

/// As Python's sum(): a number, or the sum of the rows of an array of more than one dimension. As numpy's sum(), bools
/// and integers are added in 64 bits, which wrap. TypeError for an array of no dimensions.
Value sum(const Array& array);
/// min() of a vector; NaN if there is one, as numpy has it. ValueError if it is empty or has more dimensions.
Value smallest(const Array& array);
/// max() of a vector, likewise.
Value largest(const Array& array);
/// The population's standard deviation of all elements, as numpy's std(). ValueError for an empty array.
Value deviation(const Array& array);

}  // namespace enginery
