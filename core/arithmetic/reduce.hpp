// core/arithmetic/reduce.hpp: sum, min and max of arrays.
#pragma once

#include <enginery/value.hpp>

namespace enginery {

/// What Python's sum() gives, one element after the other: a number, or of more than one dimension the sum of the rows.
/// As numpy's sum(), in 64 bits for bools and integers, which wrap. TypeError for an array of no dimensions.
Value sum(const Array& array);
/// min() of a vector; NaN if there is one, as numpy has it. ValueError if it is empty or has more dimensions.
Value smallest(const Array& array);
/// max() of a vector, likewise.
Value largest(const Array& array);

}  // namespace enginery
