// core/arithmetic/elementwise.hpp: numpy's sqrt, exp, floor and their like, of numbers and of each element of an array.
#pragma once

#include <cstdint>
#include <string_view>

#include <enginery/value.hpp>

namespace enginery {

enum class Elementwise : std::uint8_t { sqrt, exp, log, sin, cos, tan, floor, ceil };

/// As numpy: of bools and integers floats, but floor and ceil leave them; nan, inf or -inf where there is no number;
/// complex of complex, which floor and ceil have not. `name`: of the function, for the TypeError about other objects.
Value elementwise(Elementwise function, std::string_view name, const Value& value);

/// Each element rounded to so many digits behind the point, to the even neighbour of two, as numpy's round() does.
Value rounded_elements(const Array& array, std::int64_t digits);

/// The population's standard deviation of all elements, as numpy's std(). ValueError if there is none.
Value deviation(const Array& array);

}  // namespace enginery
