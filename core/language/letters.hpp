// core/language/letters.hpp: upper and lower case beyond ASCII.
#pragma once

#include <string>
#include <string_view>

namespace enginery::evaluator {

/// Character by character, as Unicode's simple mappings have it: ß, whose upper case are two letters, stays.
std::string upper_case(std::string_view text);
std::string lower_case(std::string_view text);

/// Adds a code point in UTF-8.
void append_utf8(std::string& text, char32_t code);

}  // namespace enginery::evaluator
