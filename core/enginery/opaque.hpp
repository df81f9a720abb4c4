// core/enginery/opaque.hpp: how two shared objects agree that they mean the same C++ type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <typeinfo>

#include <enginery/export.hpp>

namespace enginery {

/// The widest alignment that allocators of this build assume. clang's __BIGGEST_ALIGNMENT__ does not follow -mavx.
#if defined(__AVX512F__)
constexpr std::size_t kWidestAlignment = 64;
#elif defined(__AVX__)
constexpr std::size_t kWidestAlignment = 32;
#else
constexpr std::size_t kWidestAlignment = __BIGGEST_ALIGNMENT__;
#endif

/// A C++ type as one build of the code sees it: its name and a fingerprint of its structure.
///
/// Two plugins may each have a `struct Params` of their own, and `-mavx` changes how Eigen allocates: equal names are
/// not enough to hand out a reference.
struct ENGINERY_API OpaqueType {
  const std::type_info* type = nullptr;
  std::size_t size = 0;
  std::size_t alignment = 0;
  /// The largest alignment that allocators of this build assume (what EIGEN_MAX_ALIGN_BYTES follows); 0 for a type
  /// that is trivially copyable, since it owns nothing that an allocator gave.
  std::size_t widest = 0;
  /// What else tells two layouts of one name apart.
  std::uint32_t traits = 0;

  template <class T>
  static OpaqueType of() noexcept {
    static_assert(!std::is_const_v<T> && !std::is_reference_v<T>, "an opaque object is held by its plain type");
    const bool plain = std::is_trivially_copyable_v<T>;
    return {&typeid(T), sizeof(T), alignof(T), plain ? 0 : kWidestAlignment,
            (plain ? 1U : 0U) | (std::is_polymorphic_v<T> ? 2U : 0U) | (std::is_aggregate_v<T> ? 4U : 0U) |
                (std::is_empty_v<T> ? 8U : 0U) | (std::is_standard_layout_v<T> ? 16U : 0U)};
  }

  /// The readable name of the type, without its fingerprint.
  std::string name() const;
  bool operator==(const OpaqueType& other) const noexcept {
    return *type == *other.type && size == other.size && alignment == other.alignment && widest == other.widest &&
           traits == other.traits;
  }
};

/// Throws TypeError, which says both types and what makes them differ.
[[noreturn]] ENGINERY_API void throw_other_opaque(const OpaqueType& held, const OpaqueType& wanted);

}  // namespace enginery
