// core/enginery/codec_check.hpp: whether somebody wrote a Codec that nothing can call. Include value.hpp.
#pragma once

#include <type_traits>

#include <enginery/codec_struct.hpp>

namespace enginery::detail {

struct HasEncode {
  int encode;
};
struct HasDecode {
  int decode;
};
/// A name that both have is ambiguous here, also one that is constrained or overloaded.
template <class A, class B>
struct Both : A, B {};

/// A Codec that can be asked for its members.
template <class T>
concept WrittenCodec = !std::is_pointer_v<T> && requires {
  sizeof(Codec<T>);
}
&&!std::is_final_v<Codec<T>>;

/// Is there a Codec<T> whose encode is missing, is not static, or takes or gives another type? One that is right and
/// constrained says by that itself that T does not travel, as the codecs of containers do.
template <class T>
consteval bool encode_is_wrong() {
  if constexpr (Encodable<T> || !WrittenCodec<T>)
    return false;
  else if constexpr (requires { &Both<Codec<T>, HasEncode>::encode; })
    return true;
  else
    return requires(Codec<T> & codec, T & object) { codec.encode(object); }
  || requires(Codec<T> & codec) { codec.encode(Any<0>()); };
}
template <class T>
consteval bool decode_is_wrong() {
  if constexpr (Decodable<T> || !WrittenCodec<T>)
    return false;
  else if constexpr (requires { &Both<Codec<T>, HasDecode>::decode; })
    return true;
  else
    return requires(Codec<T> & codec, Value & value) { codec.decode(value); }
  || requires(Codec<T> & codec) { codec.decode(Any<0>()); };
}

/// Refuse it at compile time, with a sentence.
template <class T>
consteval void check_encode() {
  static_assert(!encode_is_wrong<T>(),
                "enginery: Codec<T> is specialised for this type, but has no `static Value encode(const T&)`, so that "
                "no result of this type travels: look at the function's name, its types and its `static`. An object "
                "that is to stay on the engine all the same is returned as Value::opaque(std::make_shared<T>(…))");
}
template <class T>
consteval void check_decode() {
  static_assert(!decode_is_wrong<T>(),
                "enginery: Codec<T> is specialised for this type, but has no `static T decode(const Value&)`, so that "
                "nothing can become an object of this type: look at the function's name, its types and its `static`");
}

}  // namespace enginery::detail
