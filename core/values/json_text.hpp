// core/values/json_text.hpp: a value as JSON.
#pragma once

#include <cstddef>
#include <string>

#include <enginery/export.hpp>
#include <enginery/value.hpp>

namespace enginery {

/// Numbers, texts, true, false and null as they are; lists, tuples and arrays as arrays; dicts whose keys are texts as
/// objects. What JSON has not: other dicts are arrays of [key, value]; nan, inf and -inf texts; a complex number
/// {"real", "imag"}; bytes {"base64"}; functions, modules, References and opaque objects their repr() as a text. In a
/// text, what is not UTF-8 becomes U+FFFD. Throws ValueError beyond `most` bytes, and for what holds itself.
ENGINERY_API std::string json_text(std::size_t most, const Value& value);

}  // namespace enginery
