// core/enginery/eigen_geometry.hpp: Eigen's rotations and transforms. Include eigen.hpp, and <Eigen/Geometry> where you
// use them.
#pragma once

#include <string>
#include <utility>

#include <enginery/eigen.hpp>

namespace enginery {

/// The array (x, y, z, w), as SciPy orders it.
template <class S, int Options>
requires Number<S>
struct Codec<Eigen::Quaternion<S, Options>> {
  using T = Eigen::Quaternion<S, Options>;
  using Coefficients = Eigen::Matrix<S, 4, 1>;
  static constexpr detail::Kinds kKinds = detail::Kinds::of(Kind::array);
  static Value encode(const T& rotation) { return Codec<Coefficients>::encode(rotation.coeffs()); }
  static T decode(const Value& value) { return T(Codec<Coefficients>::decode(value)); }
  static std::string name() { return Codec<Coefficients>::name(); }
};

/// The tuple (angle, axis).
template <class S>
requires Number<S>
struct Codec<Eigen::AngleAxis<S>> {
  using T = Eigen::AngleAxis<S>;
  using Pair = std::pair<S, Eigen::Matrix<S, 3, 1>>;
  static constexpr detail::Kinds kKinds = detail::Kinds::of(Kind::tuple);
  template <class How>
  static Value encode_as(const T& rotation) {
    return Codec<Pair>::template encode_as<How>(Pair(rotation.angle(), rotation.axis()));
  }
  template <class How>
  static T decode_as(const Value& value) {
    const Pair pair = Codec<Pair>::template decode_as<How>(value);
    return T(pair.first, pair.second);
  }
  static Value encode(const T& rotation) { return encode_as<detail::AsItem>(rotation); }
  static T decode(const Value& value) { return decode_as<detail::AsItem>(value); }
  static std::string name() { return Codec<Pair>::name(); }
};

/// Isometry, Affine, AffineCompact and Projective: the matrix that they keep.
template <class S, int Dimensions, int Mode, int Options>
requires Number<S>
struct Codec<Eigen::Transform<S, Dimensions, Mode, Options>> {
  using T = Eigen::Transform<S, Dimensions, Mode, Options>;
  static constexpr detail::Kinds kKinds = detail::Kinds::of(Kind::array);
  static Value encode(const T& transform) { return Codec<typename T::MatrixType>::encode(transform.matrix()); }
  static T decode(const Value& value) {
    T transform;
    transform.matrix() = Codec<typename T::MatrixType>::decode(value);
    return transform;
  }
  static std::string name() { return Codec<typename T::MatrixType>::name(); }
};

}  // namespace enginery
