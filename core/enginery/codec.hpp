// core/enginery/codec.hpp: how C++ types become Values and back: every codec but Eigen's.
#pragma once

#include <enginery/codec_containers.hpp>
#include <enginery/codec_durations.hpp>
#include <enginery/codec_scalars.hpp>
#include <enginery/codec_struct.hpp>
#include <enginery/parameter.hpp>

namespace enginery {

/// What views say to a type that has no codec.
template <class T>
consteval void require_encodable() {
  static_assert(
      Encodable<T>,
      "enginery: this type cannot travel: it has no Codec<T>::encode. Specialise enginery::Codec for it, name "
      "its fields with ENGINERY_FIELDS(Type, a, b), or include <enginery/eigen.hpp> for Eigen's types.");
}
template <class T>
consteval void require_decodable() {
  static_assert(
      Decodable<T>,
      "enginery: no value can become this type: it has no Codec<T>::decode. Specialise enginery::Codec for it, "
      "name its fields with ENGINERY_FIELDS(Type, a, b), or include <enginery/eigen.hpp> for Eigen's types. "
      "Views (string_view, span, Ref, Map, const char*) cannot be results: return what owns the memory.");
}

}  // namespace enginery
