// client/enginery/call_arguments.hpp: a call's arguments as Values, with and without the function's parameters at hand.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <enginery/arguments.hpp>
#include <enginery/codec.hpp>
#include <enginery/errors.hpp>
#include <enginery/reference.hpp>
#include <enginery/value.hpp>

namespace enginery {

/// A call's arguments as Values: positional ones, then one for each of the names. Refers to values and
/// names, which must live until the call returns.
struct CallArguments {
  std::span<const Value> values;
  std::span<const std::string_view> names{};
};

namespace detail {

/// The arguments of a call by name, as Values.
template <std::size_t kCount>
class ArgumentsByName {
 public:
  template <class... A>
  explicit ArgumentsByName(const A&... arguments)
      : values_{value_of(arguments)...},
        names_{name_of(arguments)...},
        keywords_((KeywordArgument<A> + ... + std::size_t{0})) {
    static_assert(positional_first<A...>(), "a positional argument cannot follow a keyword argument (\"x\"_a = …)");
  }
  operator CallArguments() const { return {{values_, kCount}, {names_ + kCount - keywords_, keywords_}}; }

 private:
  template <class... A>
  static consteval bool positional_first() {
    bool keyword = false, good = true;
    ((KeywordArgument<A> ? void(keyword = true) : void(good = good && !keyword)), ...);
    return good;
  }
  template <class A>
  static Value value_of(const A& argument) {
    if constexpr (KeywordArgument<A>) {
      return value_of(argument.value);
    } else if constexpr (std::is_convertible_v<const A&, Value>) {
      return argument;
    } else {
      require_encodable<std::decay_t<A>>();
      return Value();
    }
  }
  template <class A>
  static std::string_view name_of(const A& argument) {
    if constexpr (KeywordArgument<A>)
      return argument.name;
    else
      return {};
  }

  Value values_[kCount + 1];  // one more, since there are no arrays of none
  std::string_view names_[kCount + 1];
  std::size_t keywords_;
};

template <class T>
inline constexpr bool is_character =
    std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char8_t> ||
    std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;
template <class T>
concept WholeNumber = std::is_integral_v<T> && !is_character<T>;

template <class T>
concept FloatingNumber = std::is_same_v<T, long double> ||(Number<T> && !std::is_integral_v<T>);

/// `number` as a T. OverflowError if it is none.
template <WholeNumber T, WholeNumber From>
T whole(From number) {
  const T result = static_cast<T>(number);
  if (static_cast<From>(result) != number || (result < T{}) != (number < From{}))
    throw OverflowError("the argument " + std::to_string(number) + " does not fit into " + std::string(type_name<T>()));
  return result;
}

template <class P>
inline constexpr bool binds_to_references_only =
    std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>> && !is_seen<std::remove_cvref_t<P>>;

/// Refuses at compile time a parameter `P` that a TypedReference<T> cannot be.
template <class P, class T>
consteval void check_reference() {
  using To = std::remove_cvref_t<P>;
  static_assert(std::is_same_v<To, T> || std::is_same_v<To, Value> || (Encodable<T> && std::is_convertible_v<T&, P>),
                "enginery: this Reference is to an object of another type than the function's parameter");
  static_assert(!binds_to_references_only<P> || !Encodable<T>,
                "enginery: what has a Codec is kept as a Value, which a parameter T& does not bind to: take it by "
                "value or const T&, or put it into a class without a Codec. An object that was kept as itself "
                "(Value::opaque) is passed as an enginery::Reference");
}

/// The Value that is sent when `argument` is given for parameter `P`. Refuses at compile time what C++ refuses, and
/// conversions with a loss: double to int, and anything but bool to bool.
template <class P, class A>
Value encode_argument(const A& argument) {
  using To = std::remove_cvref_t<P>;
  using From = std::decay_t<A>;
  if constexpr (std::is_same_v<From, Value> || std::is_base_of_v<Reference, From>) {
    if constexpr (IsTypedReference<From>) check_reference<P, typename From::Type>();
    return argument;
  } else if constexpr (requires {
                         { argument.reference() } -> std::derived_from<Reference>;
                       }) {
    return encode_argument<P>(argument.reference());  // of a result that stays
  } else {
    static_assert(!binds_to_references_only<P>,
                  "enginery: a parameter T& of a function that is called on an engine binds to an object there: pass "
                  "an enginery::Reference to it, or take the parameter by value or const reference");
    static_assert(!(std::is_floating_point_v<From> && std::is_integral_v<To>),
                  "enginery: a floating-point argument for an integer parameter would lose its fraction: convert it "
                  "yourself");
    static_assert(!std::is_same_v<To, bool> || std::is_same_v<From, bool>,
                  "enginery: only a bool is given for a bool parameter: convert it yourself");
    if constexpr (std::is_same_v<From, To> && Encodable<To>) {
      return Codec<To>::encode(argument);
    } else if constexpr (WholeNumber<To> && WholeNumber<From>) {
      return Codec<To>::encode(whole<To>(argument));
    } else if constexpr (FloatingNumber<To> && (WholeNumber<From> || FloatingNumber<From>)) {
      static_assert(std::is_convertible_v<const A&, To>,
                    "enginery: this argument does not convert to the function's parameter");
      return Codec<To>::encode(Value(argument).template as<To>());  // by the rule for all numbers
    } else if constexpr (Encodable<To> && Decodable<To>) {
      static_assert(std::is_convertible_v<const A&, To>,
                    "enginery: this argument does not convert to the function's parameter");
      const To converted = argument;
      return Codec<To>::encode(converted);
    } else {
      // The parameter is a view or the dynamic type, which takes whatever the engine decodes.
      static_assert(is_seen<To> || std::is_convertible_v<const A&, To> || std::is_convertible_v<A&, To>,
                    "enginery: this argument does not convert to the function's parameter; an object that lives on the "
                    "engine is passed as an enginery::Reference");
      require_encodable<From>();
      return argument;
    }
  }
}

}  // namespace detail

}  // namespace enginery
