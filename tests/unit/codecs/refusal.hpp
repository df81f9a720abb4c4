// tests/unit/codecs/refusal.hpp: why a value does not become a parameter.
#pragma once

#include <string>

#include <enginery/errors.hpp>
#include <enginery/parameter.hpp>
#include <enginery/value.hpp>

namespace enginery {

/// "TypeError: words".
template <class P>
std::string refusal(const Value& value) {
  try {
    Parameter<P> parameter(value);
  } catch (const Error& error) {
    return error.ename() + ": " + error.what();
  }
  return "nothing was thrown";
}

}  // namespace enginery
