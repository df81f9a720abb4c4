// core/enginery/arguments.hpp: names of arguments, as "levels"_a.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace enginery {

/// `"levels"_a = value`: a keyword argument of a call, or a parameter with its default.
///
/// T is `U&` for an lvalue, which is kept by reference and must outlive the call it is written in; `U` for an rvalue.
template <class T>
struct Keyword {
  std::string_view name;
  T value;
};

/// `"levels"_a`: the name of a parameter. It refers to a string literal.
class ArgumentName {
 public:
  constexpr explicit ArgumentName(std::string_view text) noexcept : text_(text) {}
  ArgumentName(const ArgumentName&) = default;
  ArgumentName& operator=(const ArgumentName&) = delete;

  constexpr std::string_view text() const noexcept { return text_; }

  template <class T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, ArgumentName>) constexpr Keyword<T> operator=(T&& value) const {
    return {text_, static_cast<T&&>(value)};
  }

 private:
  std::string_view text_;
};

namespace detail {

template <class T>
inline constexpr bool kIsKeyword = false;
template <class T>
inline constexpr bool kIsKeyword<Keyword<T>> = true;

}  // namespace detail

/// What may be written among the arguments of a call by name.
template <class T>
concept KeywordArgument = detail::kIsKeyword<std::remove_cvref_t<T>>;

namespace literals {

/// The name of an argument.
constexpr ArgumentName operator""_a(const char* text, std::size_t length) noexcept {
  return ArgumentName(std::string_view(text, length));
}

}  // namespace literals
}  // namespace enginery
