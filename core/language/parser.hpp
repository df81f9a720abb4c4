// core/language/parser.hpp: from the text of execute(code) to its statements.
#pragma once

#include "core/language/source.hpp"
#include "core/language/syntax.hpp"

namespace enginery::evaluator {

/// The statements of the whole text. Takes time in proportion to its length, and a bounded stack. Throws SyntaxError,
/// which shows the place; OverflowError for an int that 64 bits do not hold.
Program parse(const Source& source);

}  // namespace enginery::evaluator
