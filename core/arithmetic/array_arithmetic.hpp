// core/arithmetic/array_arithmetic.hpp: numpy's operators where an array is on one side at least.
#pragma once

#include <enginery/value.hpp>

namespace enginery {

/// Is one of them an array and the other something that arrays compute with: an array, a number, a list, a tuple?
bool meets_array(const Value& a, const Value& b) noexcept;

// What Value's operators do with arrays, in numpy's words when they refuse. Requires: meets_array(a, b).

/// Element by element, or `@`.
Value array_binary(Operator op, const Value& a, const Value& b);
/// target op= right, in target's memory. TypeError if target's dtype cannot hold the results. Requires: target is an
/// array.
void array_augment(Operator op, const Value& target, const Value& right);
/// Bools, element by element.
Value array_compare(Comparison op, const Value& a, const Value& b);
/// a @ b, of one or two dimensions each; of no dimensions if both have one.
Array matmul(const Value& a, const Value& b);

Value array_negative(const Array& array);
Value array_positive(const Array& array);
Value array_invert(const Array& array);
Value array_absolute(const Array& array);

/// The name of the ufunc behind an operator.
const char* ufunc_name(Operator op) noexcept;

}  // namespace enginery
