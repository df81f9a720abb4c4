// tests/unit/values/thrown_message.hpp: what is thrown, as its text.
#pragma once

#include <string>

#include <enginery/errors.hpp>

namespace enginery {

/// What an E that `f` throws says.
template <class E = Error, class F>
std::string message(F f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace enginery
