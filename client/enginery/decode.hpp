// client/enginery/decode.hpp: results and variables as the types that were asked for.
#pragma once

#include <string_view>

#include <enginery/codec.hpp>

namespace enginery {

/// What a value that is decoded was got as, for the error when it is of another type.
enum class Origin { variable, result };

/// For a catch block: throws the current error again, with the name of the variable or task before its message.
[[noreturn]] ENGINERY_API void rethrow_for(Origin origin, std::string_view name);

/// `value` as a T. TypeError, ValueError or OverflowError that names the variable, or the task of the result.
template <class T>
T decode_as(const Value& value, Origin origin, std::string_view name) {
  require_decodable<T>();
  if constexpr (Decodable<T>) try {
      return Codec<T>::decode(value);
    } catch (const Error&) {
      rethrow_for(origin, name);
    }
}

namespace detail {

/// How the result of the task `label` becomes an object, and how that ends.
struct Decoding {
  void* (*decode)(const Value& value, std::string_view label);
  void (*destroy)(void* object);
};
template <class T>
inline constexpr Decoding kDecoding{[](const Value& value, std::string_view label) -> void* {
                                      return new T(decode_as<T>(value, Origin::result, label));
                                    },
                                    [](void* object) { delete static_cast<T*>(object); }};

}  // namespace detail

}  // namespace enginery
