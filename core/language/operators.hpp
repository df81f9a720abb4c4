// core/language/operators.hpp: the operators that Value does not have.
#pragma once

#include "core/language/syntax.hpp"

namespace enginery::evaluator {

/// left & right and its like, of bools and ints; `|` also merges dicts. TypeError; ValueError for a negative shift;
/// OverflowError beyond 64 bits.
Value bits(BitOperator op, const Value& left, const Value& right);

/// left op right, of either sort.
Value binary(BinaryOperator op, const Value& left, const Value& right);
/// value op= right: in place where Python does it so.
void augment(BinaryOperator op, Value& value, const Value& right);

bool test(Test test, const Value& left, const Value& right);

/// object.name: an attribute of a module, a key of a dict, the shape of an array, … AttributeError, KeyError.
Value attribute(const Value& object, const std::string& name);

}  // namespace enginery::evaluator
