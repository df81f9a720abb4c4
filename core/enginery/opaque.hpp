// core/enginery/opaque.hpp: how two shared objects agree that they mean the same C++ type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>

#include <enginery/export.hpp>

namespace enginery {

/// What modules call a type by that they share. An empty tag: they do not.
struct SharedTag {
  std::string_view tag;
  std::uint64_t version = 0;
  bool operator==(const SharedTag&) const = default;
};

/// Lets the modules that include this hand each other objects of `Type`. Stands beside the class, in its namespace, in
/// the header that they have in common. `version` is a number that changes when the class does; the tag, a text, tells
/// the class from others of its name.
#define ENGINERY_SHARED(Type, tag, version)                                                      \
  [[maybe_unused]] constexpr ::enginery::SharedTag enginery_shared(::std::type_identity<Type>) { \
    return {tag, version};                                                                       \
  }                                                                                              \
  static_assert(true)

namespace detail {

/// The widest alignment that allocators of this build assume. clang's __BIGGEST_ALIGNMENT__ does not follow -mavx.
#if defined(__AVX512F__)
constexpr std::size_t kWidestAlignment = 64;
#elif defined(__AVX__)
constexpr std::size_t kWidestAlignment = 32;
#else
constexpr std::size_t kWidestAlignment = __BIGGEST_ALIGNMENT__;
#endif

template <class T>
consteval SharedTag shared_tag() {
  if constexpr (requires { enginery_shared(std::type_identity<T>()); })
    return enginery_shared(std::type_identity<T>());
  else
    return {};
}

/// Each module has one of its own.
[[gnu::visibility("hidden")]] inline constexpr char this_module = 0;

}  // namespace detail

/// What `T` is shared by. For a class of somebody else's, specialise it in a header that the modules have in common.
template <class T>
inline constexpr SharedTag kShared = detail::shared_tag<T>();

/// A C++ type as one build of one module sees it.
///
/// Two plugins may each have a `struct Params` of their own, a plugin may be built again with another one, and `-mavx`
/// changes how Eigen allocates: equal names are not enough to hand out a reference.
struct ENGINERY_API OpaqueType {
  const std::type_info* type = nullptr;
  std::size_t size = 0;
  std::size_t alignment = 0;
  /// The largest alignment that allocators of this build assume (what EIGEN_MAX_ALIGN_BYTES follows); 0 for a type
  /// that is trivially copyable, since it owns nothing that an allocator gave.
  std::size_t widest = 0;
  /// What else tells two layouts of one name apart.
  std::uint32_t traits = 0;
  /// An address in the module.
  const void* module = nullptr;
  SharedTag shared;
  /// A number of the names and types of all fields; 0 if reflection does not see them.
  std::uint64_t fields = 0;

  /// As the module sees it that this is called in.
  template <class T>
  [[gnu::visibility("hidden")]] static OpaqueType of() noexcept;

  /// The readable name of the type alone.
  std::string name() const;
  /// May code that means the one type have an object of the other? Of one module: if it is the same type. Of another
  /// build of that module, by the name of its file: if reflection sees the same fields, or if both are shared by one
  /// tag. Of another module: if both are shared by one tag. And wherever both mean the std::type_info of a library that
  /// they have in common.
  bool agrees_with(const OpaqueType& other) const noexcept;
};

namespace detail {

/// Throws TypeError, which says both types and modules, what makes them differ, and what to do.
[[noreturn]] ENGINERY_API void throw_other_opaque(const OpaqueType& held, const OpaqueType& wanted);

}  // namespace detail

}  // namespace enginery
