// client/enginery/bound_call.hpp: a function together with the view that calls it.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace enginery {

/// What view.bind(f) gives: `g(1, 2)` is `view.apply_sync(f, 1, 2)`, and `g.map(range)` is `view.map_sync(f, range)`.
/// For a name, R is the type of the result. Keeps what it needs of the view; its flags are those of then.
///
/// Threads: all functions from any.
template <class View, class R, class F>
class BoundCall {
 public:
  BoundCall(const View& view, F function) : view_(view), function_(std::move(function)) {}

  template <class... A>
  auto operator()(A&&... arguments) const {
    if constexpr (std::is_same_v<F, std::string>)
      return view_.template apply_sync<R>(std::string_view(function_), std::forward<A>(arguments)...);
    else
      return view_.apply_sync(function_, std::forward<A>(arguments)...);
  }
  /// Of a view that has map_sync.
  template <class... S>
  auto map(S&&... ranges) const {
    if constexpr (std::is_same_v<F, std::string>)
      return view_.template map_sync<R>(std::string_view(function_), std::forward<S>(ranges)...);
    else
      return view_.map_sync(function_, std::forward<S>(ranges)...);
  }

 private:
  View view_;
  F function_;
};

namespace detail {

/// As what bind() keeps its function: names as strings, functions as pointers.
template <class F>
using Bound = std::conditional_t<std::is_convertible_v<const F&, std::string_view>, std::string, std::decay_t<F>>;

}  // namespace detail
}  // namespace enginery
