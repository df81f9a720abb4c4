// client/enginery/reference.hpp: a name that stands for an engine's own object.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include <enginery/value.hpp>

namespace enginery {

/// As an argument, also inside a list or dict: the very object that the engine's namespace has under this name or path.
/// An unknown name is a NameError, and the function is not called.
class Reference {
 public:
  explicit Reference(std::string path) : path_(std::move(path)) {}
  const std::string& path() const& noexcept { return path_; }
  std::string path() && noexcept { return std::move(path_); }

 private:
  std::string path_;
};

/// A Reference to an object whose type the compiler knows. A function of this program takes it only for a T.
template <class T>
class TypedReference : public Reference {
 public:
  using Type = T;
  using Reference::Reference;
};

/// The reference to a result of type R. A call by name may give anything, so its result is referred to without a type.
template <class R>
using ReferenceTo = std::conditional_t<std::is_same_v<R, Value>, Reference, TypedReference<R>>;

namespace detail {

template <class T>
inline constexpr bool IsTypedReference = false;
template <class T>
inline constexpr bool IsTypedReference<TypedReference<T>> = true;

}  // namespace detail

template <std::derived_from<Reference> R>
struct Codec<R> {
  static Value encode(const R& reference) { return Value::reference(reference.path()); }
  static R decode(const Value& value) { return R(value.as_reference()); }
  static std::string name() { return "Reference"; }
};

}  // namespace enginery
