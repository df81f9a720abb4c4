// core/language/literals.hpp: numbers and texts as Python writes them.
#pragma once

#include <stdexcept>

#include <enginery/value.hpp>

namespace enginery::evaluator {

/// The reason why a token is no literal, and the offset in the token where that shows.
class BadLiteral : public std::runtime_error {
 public:
  BadLiteral(std::size_t offset, const std::string& message) : std::runtime_error(message), offset_(offset) {}
  std::size_t offset() const noexcept { return offset_; }

 private:
  std::size_t offset_;
};

/// The int, float or complex that a number's token says. Throws BadLiteral if it is none, OverflowError if it is too
/// large for an int.
Value number_of(std::string_view token);

/// The text of a string's token, with prefix and quotes: a str, or bytes if the prefix holds a b. Throws BadLiteral.
Value text_of(std::string_view token);

/// The double nearest to a decimal text ("1e999" is inf); nullopt if it is none. "inf" and "nan" are.
std::optional<double> real_of(std::string_view text);

/// The int that digits in `base` (2 to 36) say, with single underscores between them; nullopt if they say none. Throws
/// OverflowError beyond an int. A base of 0 is read off the prefix 0x, 0o or 0b.
std::optional<Value> integer_of(std::string_view text, int base, bool negative);

}  // namespace enginery::evaluator
