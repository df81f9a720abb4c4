// core/language/source.hpp: the text of execute(code), and how errors tell where in it they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace enginery::evaluator {

/// The longest text that is read.
inline constexpr std::size_t kLongestText = std::size_t{1} << 20;

/// Refers to the text, which must outlive it.
class Source {
 public:
  /// Throws SyntaxError if the text is longer than kLongestText, is not UTF-8, or holds a null byte.
  explicit Source(std::string_view text);

  std::string_view text() const noexcept { return text_; }
  std::size_t size() const noexcept { return text_.size(); }
  /// The byte at `place`; 0 at the end.
  char at(std::size_t place) const noexcept { return place < text_.size() ? text_[place] : '\0'; }

  /// Throws SyntaxError: the message, line and column (from 1, in characters), and the line with a caret.
  [[noreturn]] void refuse(std::size_t place, const std::string& message) const;

  /// What a runtime error of the statement from `begin` to `end` adds to its text: " (line 3: `b = a / 0`)"; nothing if
  /// the text has one line only.
  std::string where(std::size_t begin, std::size_t end) const;

 private:
  std::string_view line_around(std::size_t place) const;
  std::size_t line_number(std::size_t place) const;

  std::string_view text_;
};

}  // namespace enginery::evaluator
