// core/enginery/codec.hpp: how C++ types become Values and back: every codec but Eigen's.
#pragma once

#include <concepts>
#include <type_traits>

#include <enginery/codec_containers.hpp>
#include <enginery/codec_durations.hpp>
#include <enginery/codec_scalars.hpp>
#include <enginery/codec_struct.hpp>
#include <enginery/codec_variant.hpp>
#include <enginery/parameter.hpp>

namespace enginery {
namespace detail {

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

}  // namespace detail

/// What does not become a Value, for functions that only say so.
template <class T>
concept Unassignable = !std::convertible_to<const T&, Value>;

template <class T>
consteval void require_encodable() {
  detail::check_encode<T>();
  if constexpr (detail::PlainStruct<T> && !Encodable<T>)
    detail::for_each_member<T>(
        []<class Member, detail::FieldName kMember>() { detail::require_encodable_member<T, kMember, Member>(); });
  static_assert(
      Encodable<T> || detail::PlainStruct<T>,
      "enginery: this type cannot travel: it has no Codec<T>::encode. Specialise enginery::Codec for it, name "
      "its fields with ENGINERY_FIELDS(Type, a, b), or include <enginery/eigen.hpp> for Eigen's types. An object "
      "that lives on an engine is passed as an enginery::Reference.");
}
template <class T>
consteval void require_decodable() {
  detail::check_decode<T>();
  if constexpr (detail::PlainStruct<T> && !Decodable<T>)
    detail::for_each_member<T>(
        []<class Member, detail::FieldName kMember>() { detail::require_decodable_member<T, kMember, Member>(); });
  static_assert(
      Decodable<T> || detail::PlainStruct<T>,
      "enginery: no value can become this type: it has no Codec<T>::decode. Specialise enginery::Codec for it, "
      "name its fields with ENGINERY_FIELDS(Type, a, b), or include <enginery/eigen.hpp> for Eigen's types. "
      "Views (string_view, span, Ref, Map, const char*) cannot be results: return what owns the memory.");
}

}  // namespace enginery
