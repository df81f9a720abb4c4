// core/arithmetic/array_functions.hpp: numpy's functions of arrays: sqrt, round, sum and their like.
#pragma once

#include <cstdint>
#include <string_view>

#include <enginery/value.hpp>

#include "core/values/objects.hpp"

namespace enginery {

enum class Elementwise : std::uint8_t { sqrt, exp, log, sin, cos, tan, floor, ceil };

/// As numpy: of bools and integers floats, but floor and ceil leave them; nan, inf or -inf where there is no number;
/// complex of complex, which floor and ceil have not. `name`: of the function, for the TypeError about other objects.
Value elementwise(Elementwise function, std::string_view name, const Value& value);

/// Each element rounded to so many digits behind the point, to the even neighbour of two, as numpy's round() does.
Value rounded_elements(const Array& array, std::int64_t digits);

/// A whole number rounded so, to the even neighbour of two: digits below 0 round to tens, hundreds, …
Whole rounded_whole(Whole number, std::int64_t digits) noexcept;

/// What Python's sum() gives, one element after the other: a number, or of more than one dimension the sum of the rows.
/// As numpy's sum(), in 64 bits for bools and integers, which wrap. TypeError for an array of no dimensions.
Value sum(const Array& array);
/// min() of a vector; NaN if there is one, as numpy has it. ValueError if it is empty or has more dimensions.
Value smallest(const Array& array);
/// max() of a vector, likewise.
Value largest(const Array& array);
/// The population's standard deviation of all elements, as numpy's std(). ValueError if there is none.
Value deviation(const Array& array);

}  // namespace enginery
