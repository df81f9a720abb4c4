// client/enginery/decode.hpp: results and variables as the types that were asked for.
#pragma once

#include <string>

#include <enginery/codec.hpp>

namespace enginery {

/// `value` as a T. TypeError, ValueError or OverflowError that begins with `what`, as "the result of 'norms.norm'".
template <class T>
T decode_as(const Value& value, const std::string& what) {
  try {
    return Codec<T>::decode(value);
  } catch (const Error&) {
    detail::rethrow_within(what + " is not as it was asked for");
  }
}

}  // namespace enginery
