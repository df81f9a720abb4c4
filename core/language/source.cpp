// core/language/source.cpp: the text of execute(code), and how errors tell where in it they are.
#include "core/language/syntax.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/values/characters.hpp"

namespace enginery::evaluator {

Source::Source(std::string_view text) : text_(text) {
  if (text.size() > kLongestText)
    throw SyntaxError(fmt::format(
        "the text has {} bytes, more than the {} that execute reads; push the data and execute the code in parts",
        text.size(), kLongestText));
  for (std::size_t place = 0; place < text.size();) {
    const std::size_t length = character_length(text.substr(place));
    const auto byte = static_cast<unsigned char>(text[place]);
    if (byte == 0) refuse(place, "source code cannot contain null bytes");
    if (length == 1 && byte >= 0x80) {
      text_ = text.substr(0, place);  // the part that can be shown
      refuse(place,
             fmt::format("(unicode error) byte {:#x} begins no character of UTF-8; encode the text in it", byte));
    }
    place += length;
  }
}

std::string_view Source::line_around(std::size_t place) const {
  const std::size_t before = place == 0 ? std::string_view::npos : text_.rfind('\n', place - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t end = std::min(text_.find('\n', place), text_.size());
  return text_.substr(begin, end - begin);
}

std::size_t Source::line_number(std::size_t place) const {
  return 1 +
         static_cast<std::size_t>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
}

void Source::refuse(std::size_t place, const std::string& message) const {
  constexpr std::size_t kBefore = 60, kShown = 100;
  place = std::min(place, text_.size());
  std::string_view line = line_around(place);
  std::size_t column = place - static_cast<std::size_t>(line.data() - text_.data());
  const std::size_t character = count_characters(line.substr(0, column)) + 1;
  if (column > kBefore) {  // of a long line, show the part around the place
    std::size_t skipped = column - kBefore;
    while (continues_character(line[skipped])) ++skipped;
    line.remove_prefix(skipped);
    column -= skipped;
  }
  const std::size_t indent =
      line.find_first_not_of(" \t") == std::string_view::npos ? 0 : std::min(line.find_first_not_of(" \t"), column);
  line.remove_prefix(indent);
  column -= indent;
  line = beginning(line, kShown);
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  column = std::min(column, line.size());
  throw SyntaxError(fmt::format("{} (line {}, column {})\n    {}\n    {}^", message, line_number(place), character,
                                line, std::string(count_characters(line.substr(0, column)), ' ')));
}

std::string Source::where(std::size_t begin, std::size_t end) const {
  constexpr std::size_t kShown = 60;
  const std::size_t first = text_.find_first_not_of(" \t\r\n"), last = text_.find_last_not_of(" \t\r\n");
  if (first == std::string_view::npos || text_.substr(first, last - first).find('\n') == std::string_view::npos)
    return {};
  const std::string_view statement = text_.substr(begin, end - begin);
  const std::string_view shown = beginning(statement.substr(0, statement.find_first_of("\r\n")), kShown);
  return fmt::format(" (line {}: `{}{}`)", line_number(begin), shown, shown.size() == statement.size() ? "" : " …");
}

}  // namespace enginery::evaluator
