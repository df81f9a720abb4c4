// core/enginery/codec_kinds.hpp: which kinds of Value a C++ type can become, known when it is compiled.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <enginery/codec_scalars.hpp>
#include <enginery/standard_types.hpp>

namespace enginery::detail {

/// A set of Kinds.
struct Kinds {
  std::uint32_t bits = 0;

  template <class... K>
  static constexpr Kinds of(K... kinds) {
    return {(0U | ... | (1U << static_cast<unsigned>(kinds)))};
  }
  static constexpr Kinds any() { return {~0U}; }
  constexpr bool has(Kind kind) const { return bits >> static_cast<unsigned>(kind) & 1U; }
  constexpr bool meets(Kinds other) const { return (bits & other.bits) != 0; }
  constexpr Kinds operator|(Kinds other) const { return {bits | other.bits}; }
  constexpr bool operator==(const Kinds&) const = default;
};

inline constexpr Kinds kNumbers = Kinds::of(Kind::boolean, Kind::integer, Kind::real, Kind::complex);
inline constexpr Kinds kMutable = Kinds::of(Kind::list, Kind::array, Kind::dict);

/// What the sequences of the standard library hold.
template <class T>
struct SequenceItem {};
template <class T, class A>
struct SequenceItem<std::vector<T, A>> : std::type_identity<T> {};
template <class T, std::size_t N>
struct SequenceItem<std::array<T, N>> : std::type_identity<T> {};
template <class T, std::size_t N>
struct SequenceItem<std::span<T, N>> : std::type_identity<std::remove_const_t<T>> {};
template <class T, class A>
struct SequenceItem<std::deque<T, A>> : std::type_identity<T> {};
template <class T, class A>
struct SequenceItem<std::list<T, A>> : std::type_identity<T> {};
template <class T, class C, class A>
struct SequenceItem<std::set<T, C, A>> : std::type_identity<T> {};
template <class T, class H, class E, class A>
struct SequenceItem<std::unordered_set<T, H, E, A>> : std::type_identity<T> {};
template <class T>
concept Sequence = requires {
  typename SequenceItem<T>::type;
}
&&!std::is_same_v<T, std::vector<std::byte>>;

/// What Codec<T>::encode can give. A codec that others than enginery wrote may give anything.
template <class T>
constexpr Kinds kinds_of() {
  if constexpr (requires { Codec<T>::kKinds; })
    return Codec<T>::kKinds;
  else if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, std::nullptr_t>)
    return Kinds::of(Kind::none);
  else if constexpr (std::is_same_v<T, bool>)
    return Kinds::of(Kind::boolean);
  else if constexpr (Integer<T> || std::is_enum_v<T>)
    return Kinds::of(Kind::integer);
  else if constexpr (std::is_floating_point_v<T>)
    return Kinds::of(Kind::real);
  else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view> || std::is_same_v<T, char>)
    return Kinds::of(Kind::string);
  else if constexpr (std::is_same_v<T, const char*>)
    return Kinds::of(Kind::string, Kind::none);
  else if constexpr (std::is_same_v<T, std::complex<double>> || std::is_same_v<T, std::complex<float>>)
    return Kinds::of(Kind::complex);
  else if constexpr (std::is_same_v<T, Bytes> || std::is_same_v<T, std::vector<std::byte>>)
    return Kinds::of(Kind::bytes);
  else if constexpr (std::is_same_v<T, Array>)
    return Kinds::of(Kind::array);
  else if constexpr (std::is_same_v<T, Dict>)
    return Kinds::of(Kind::dict);
  else if constexpr (Sequence<T>)
    return Kinds::of(Number<typename SequenceItem<T>::type> ? Kind::array : Kind::list);
  else
    return Kinds::any();
}

}  // namespace enginery::detail
