// core/values/characters.cpp: text by code points.
#include "core/values/characters.hpp"

#include <algorithm>
#include <clocale>
#include <cwctype>
#include <memory>

namespace enginery {

std::size_t character_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
  if (length > text.size()) return 1;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 1;
  // Overlong forms, surrogates, and what is beyond Unicode.
  if ((lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf0 && byte(1) < 0x90) ||
      (lead == 0xf4 && byte(1) > 0x8f))
    return 1;
  return length;
}

std::size_t count_characters(std::string_view text) noexcept {
  std::size_t count = 0;
  for (; !text.empty(); ++count) take_character(text);
  return count;
}

std::string_view take_character(std::string_view& text) noexcept {
  const std::string_view character = text.substr(0, character_length(text));
  text.remove_prefix(character.size());
  return character;
}

char32_t code_point(std::string_view character) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(character[i])); };
  if (character.size() == 1) return byte(0);
  char32_t code = byte(0) & (0xffU >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) code = code << 6 | (byte(i) & 0x3f);
  return code;
}

void append_utf8(std::string& text, char32_t code) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | code >> 12);
    tail(6), tail(0);
  } else {
    text += static_cast<char>(0xf0 | code >> 18);
    tail(12), tail(6), tail(0);
  }
}

std::string_view beginning(std::string_view text, std::size_t most) noexcept {
  if (text.size() <= most) return text;
  const std::size_t least = most - std::min<std::size_t>(most, 3);
  while (most > least && continues_character(text[most])) --most;
  return text.substr(0, most);
}

/// Maps each character in a locale that knows Unicode's letters: the process may have any other.
static std::string mapped(std::string_view text, wint_t (*map)(wint_t, locale_t)) {
  const std::unique_ptr<std::remove_pointer_t<locale_t>, decltype(&freelocale)> locale(
      newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr), &freelocale);
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::string_view character = take_character(text);
    const char32_t code = code_point(character);
    if (!locale || (character.size() == 1 && code >= 0x80))
      result += character;
    else
      append_utf8(result, static_cast<char32_t>(map(static_cast<wint_t>(code), locale.get())));
  }
  return result;
}

std::string upper_case(std::string_view text) { return mapped(text, towupper_l); }
std::string lower_case(std::string_view text) { return mapped(text, towlower_l); }

}  // namespace enginery
