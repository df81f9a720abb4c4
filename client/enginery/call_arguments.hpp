// client/enginery/call_arguments.hpp: a call's arguments as Values, with and without the function's parameters at hand.
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

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

class AsyncTasks;
template <class R>
class AsyncResult;
template <class R>
class StayingResult;

namespace detail {

/// What stands for a result as an argument, also inside lists: a Value that views resolve. The call waits for the
/// result in the background. One that stays is the object itself, and the call goes to its engine.
ENGINERY_API Value result_argument(const AsyncTasks& result);
class KeptResults;
ENGINERY_API Value result_argument(const AsyncTasks& result, const KeptResults& kept);

/// Results of one engine, and vectors of them, as arguments.
template <class A>
struct GivenResult {
  static constexpr bool kIs = false;
};
template <class R>
struct GivenResult<AsyncResult<R>> {
  using Type = R;
  static constexpr bool kIs = true, kStays = false, kSeveral = false;
  static Value encode(const AsyncResult<R>& result) { return result_argument(result); }
};
template <class R>
struct GivenResult<StayingResult<R>> {
  using Type = R;
  static constexpr bool kIs = true, kStays = true, kSeveral = false;
  static Value encode(const StayingResult<R>& result) { return result_argument(result, result.kept_); }
};
template <class T>
requires GivenResult<T>::kIs struct GivenResult<std::vector<T>> {
  using Type = typename GivenResult<T>::Type;
  static constexpr bool kIs = true, kStays = GivenResult<T>::kStays, kSeveral = true;
  static Value encode(const std::vector<T>& results) {
    std::vector<Value> list;
    list.reserve(results.size());
    for (const T& result : results) list.push_back(GivenResult<T>::encode(result));
    return Value::list(std::move(list));
  }
};

/// What is sent when `argument` is given to a task whose type is not known here.
template <class A>
Value value_by_name(const A& argument) {
  if constexpr (KeywordArgument<A>) {
    return value_by_name(argument.value);
  } else if constexpr (GivenResult<A>::kIs) {
    static_assert(!std::is_void_v<typename GivenResult<A>::Type>,
                  "enginery: this result is nothing, so it is no argument: .after = {result} waits for it");
    return GivenResult<A>::encode(argument);
  } else if constexpr (std::is_convertible_v<const A&, Value>) {
    return argument;
  } else {
    require_encodable<std::decay_t<A>>();
    return Value();
  }
}

/// The arguments of a call by name, as Values.
template <std::size_t kCount>
class ArgumentsByName {
 public:
  template <class... A>
  explicit ArgumentsByName(const A&... arguments)
      : values_{value_by_name(arguments)...},
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

/// Refuses at compile time what is not given for a parameter `P` although C++ may convert it.
template <class P, class From>
consteval void check_argument() {
  using To = std::remove_cvref_t<P>;
  static_assert(!binds_to_references_only<P>,
                "enginery: a parameter T& of a function that is called on an engine binds to an object there: pass an "
                "enginery::Reference to it, or take the parameter by value or const reference");
  static_assert(!(std::is_floating_point_v<From> && std::is_integral_v<To>),
                "enginery: a floating-point argument for an integer parameter would lose its fraction: convert it "
                "yourself");
  static_assert(!std::is_same_v<To, bool> || std::is_same_v<From, bool>,
                "enginery: only a bool is given for a bool parameter: convert it yourself");
}

/// Refuses at compile time a parameter `P` that a result of type T cannot be.
template <class P, class T>
consteval void check_result() {
  using To = std::remove_cvref_t<P>;
  static_assert(!std::is_void_v<T>,
                "enginery: this result is nothing, so it is no argument: .after = {result} waits for it");
  if constexpr (!std::is_void_v<T> && !std::is_same_v<T, Value> && !std::is_same_v<To, Value>) {
    check_argument<P, T>();
    static_assert(is_seen<To> || std::is_convertible_v<const T&, To>,
                  "enginery: this result is of a type that does not convert to the function's parameter");
  }
}

template <bool kStays, class P, class T>
consteval void check_given() {
  if constexpr (kStays && !std::is_same_v<T, Value>)
    check_reference<P, T>();
  else if constexpr (!kStays)
    check_result<P, T>();
}

/// A number for a parameter of type To. OverflowError or ValueError if it does not fit.
template <class To, class From>
To number_argument(const From& argument) {
  if constexpr (std::is_same_v<From, To>) {
    return argument;
  } else if constexpr (WholeNumber<To> && WholeNumber<From>) {
    return whole<To>(argument);
  } else {
    static_assert(std::is_convertible_v<const From&, To>,
                  "enginery: this argument does not convert to the function's parameter");
    if constexpr (std::numeric_limits<From>::digits <= std::numeric_limits<To>::digits && Number<To> &&
                  !std::is_same_v<From, bool> && std::numeric_limits<From>::is_specialized)
      return static_cast<To>(argument);  // exact
    else if constexpr (FloatingNumber<To> && (WholeNumber<From> || FloatingNumber<From>))
      return Value(argument).template as<To>();  // by the rule for all numbers
    else
      return argument;
  }
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
  } else if constexpr (GivenResult<From>::kIs) {
    using Given = GivenResult<From>;
    if constexpr (!Given::kSeveral || std::is_same_v<To, Value>)
      check_given<Given::kStays, P, typename Given::Type>();
    else if constexpr (requires { typename To::value_type; })
      check_given<Given::kStays, typename To::value_type, typename Given::Type>();
    else
      static_assert(sizeof(From) == 0, "enginery: these results are a list, which the function's parameter is not");
    return Given::encode(argument);
  } else if constexpr (requires {
                         { argument.reference() } -> std::derived_from<Reference>;
                       }) {
    return encode_argument<P>(argument.reference());  // of results that stay, each on its engine
  } else {
    check_argument<P, From>();
    if constexpr (std::is_same_v<From, To> && Encodable<To>) {
      return Codec<To>::encode(argument);
    } else if constexpr ((WholeNumber<To> && WholeNumber<From>) ||
                         (FloatingNumber<To> && (WholeNumber<From> || FloatingNumber<From>))) {
      return Codec<To>::encode(number_argument<To>(argument));
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
