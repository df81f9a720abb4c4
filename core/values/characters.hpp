// core/values/characters.hpp: texts in UTF-8 by their code points. A byte that belongs to none counts as one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace enginery {

/// The white space at which Python strips and splits.
inline constexpr std::string_view kSpaces = " \t\n\r\v\f\x1c\x1d\x1e\x1f";

std::size_t count_characters(std::string_view text) noexcept;
/// The length in bytes of the character at the front. Requires: not empty.
std::size_t character_length(std::string_view text) noexcept;
/// The character at the front, which is taken off. Requires: not empty.
std::string_view take_character(std::string_view& text) noexcept;
/// Is it a byte behind the first of a character?
inline bool continues_character(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }
/// Requires: one whole character.
char32_t code_point(std::string_view character) noexcept;
void append_utf8(std::string& text, char32_t code);

/// The text's first `most` bytes, or up to three less: no character is cut.
std::string_view beginning(std::string_view text, std::size_t most) noexcept;

/// Each character by Unicode's simple mapping: ß stays, since its upper case is two letters.
std::string upper_case(std::string_view text);
std::string lower_case(std::string_view text);

}  // namespace enginery
