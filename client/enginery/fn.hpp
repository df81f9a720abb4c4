// client/enginery/fn.hpp: a task's name together with its C++ type.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <enginery/call_arguments.hpp>
#include <enginery/function.hpp>

namespace enginery {

namespace detail {

/// A string that ends with the statement: not a literal, a string_view or a variable.
template <class S>
concept TemporaryText = std::is_class_v<S> && !std::is_same_v<std::remove_cv_t<S>, std::string_view> &&
                        std::is_convertible_v<S, std::string_view>;

}  // namespace detail

template <class Signature>
class fn;

/// `inline constexpr enginery::fn<double(const Eigen::VectorXd&)> mean{"stats.mean"};`: takes the place of a task's
/// name. The compiler checks and converts positional arguments and knows the result. The engine compares the type with
/// its function's; if they differ, the call fails with a TypeError that shows both. Keyword arguments and defaults work
/// as in a call by name.
template <class R, class... P>
class fn<R(P...)> {
 public:
  using Result = std::decay_t<R>;

  /// Requires: `name` outlives this, as a literal does.
  constexpr explicit fn(std::string_view name) noexcept : name_(name) {}
  template <detail::TemporaryText S>
  explicit fn(S&&) {
    static_assert(!std::is_same_v<S, S>,
                  "enginery: fn keeps a view of its name, and this name is a temporary: keep the text in a variable "
                  "that outlives the fn, or use a literal");
  }
  constexpr std::string_view name() const noexcept { return name_; }

  /// What the engine's function must be: "(ndarray[float64], float) -> float".
  static const std::string& type() {
    static const std::string text = describe_type();
    return text;
  }

  /// Gives `call` the arguments as Values.
  template <class Call, class... A>
  static auto with_arguments(const Call& call, const A&... given) {
    if constexpr ((KeywordArgument<A> || ...)) {
      return call(detail::ArgumentsByName<sizeof...(A)>(given...));
    } else {
      static_assert(sizeof...(A) <= sizeof...(P), "enginery: the function takes fewer arguments");
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        const Value values[] = {detail::encode_argument<std::tuple_element_t<I, std::tuple<P...>>>(given)..., Value()};
        return call(CallArguments{{values, sizeof...(A)}});
      }
      (std::index_sequence_for<A...>());
    }
  }

 private:
  static std::string describe_type() {
    using Call = detail::ErasedCall<R(P...)>;
    return function_type({Call::kTypes, sizeof...(P)}, Call::kTypes[sizeof...(P)]);
  }

  std::string_view name_;
};

}  // namespace enginery
