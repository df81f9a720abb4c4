// core/enginery/codec.hpp: how C++ types become Values and back: every codec but Eigen's.
#pragma once

#include <concepts>

#include <enginery/codec_check.hpp>
#include <enginery/codec_containers.hpp>
#include <enginery/codec_durations.hpp>
#include <enginery/codec_scalars.hpp>
#include <enginery/codec_struct.hpp>
#include <enginery/codec_variant.hpp>
#include <enginery/columns_struct.hpp>
#include <enginery/parameter.hpp>

namespace enginery {

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
