// client/enginery/fn.hpp: a task's name together with its C++ type.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <enginery/argument.hpp>
#include <enginery/call_arguments.hpp>
#include <enginery/function.hpp>

namespace enginery {

template <class Signature>
class fn;

/// `inline constexpr enginery::fn<double(const Eigen::VectorXd&)> mean{"stats.mean"};`: stands wherever a
/// task's name does. The compiler checks and converts positional arguments and knows the result; the engine compares
/// the type with its function's, and answers a difference with a TypeError that shows both. Keyword arguments and those
/// that have defaults there are as in a call by name.
template <class R, class... P>
class fn<R(P...)> {
 public:
  using Result = std::decay_t<R>;

  constexpr explicit fn(std::string_view name) noexcept : name_(name) {}
  constexpr std::string_view name() const noexcept { return name_; }

  /// What the engine's function must be: "(ndarray[float64], float) -> float".
  static const std::string& type() {
    static const std::string text = describe_type();
    return text;
  }

  template <class... A>
  static CallArguments arguments(const A&... given) {
    if constexpr ((KeywordArgument<A> || ...)) {
      return CallArguments::of(given...);
    } else {
      static_assert(sizeof...(A) <= sizeof...(P), "enginery: the function takes fewer arguments");
      CallArguments call;
      call.positional.reserve(sizeof...(A));
      add(call, std::index_sequence_for<A...>(), given...);
      return call;
    }
  }

 private:
  template <std::size_t... I, class... A>
  static void add(CallArguments& call, std::index_sequence<I...>, const A&... given) {
    (call.positional.push_back(detail::encode_argument<std::tuple_element_t<I, std::tuple<P...>>>(given)), ...);
  }
  static std::string describe_type() {
    using Call = ErasedCall<std::function<R(P...)>>;
    const std::vector<std::string> types{Call::template type_name<std::remove_cvref_t<P>>()...};
    return function_type(types, Call::template type_name<Result>());
  }

  std::string_view name_;
};

}  // namespace enginery
