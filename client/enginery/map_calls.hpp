// client/enginery/map_calls.hpp: map, map_async and map_sync, for views that spread items over engines.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <enginery/async_map_result.hpp>
#include <enginery/bound_call.hpp>
#include <enginery/calls.hpp>
#include <enginery/fn.hpp>
#include <enginery/map_items.hpp>

namespace enginery {
namespace detail {

/// Where no type is named for the results: the function says it; of a name it is Value.
struct OwnResult;

template <class F>
inline constexpr std::size_t kCapturedBy = 0;
template <class F, std::size_t N>
inline constexpr std::size_t kCapturedBy<Captured<F, N>> = N;

/// What is called for each item: its parameters for the ranges, the result, and how views call it. A name: any.
template <class What>
struct MapOf {
  static_assert(std::is_convertible_v<const What&, std::string_view>,
                "enginery: map takes first what it calls: a function, an object with an operator(), or a task's name");
  using Result = Value;
  template <std::size_t I>
  using Parameter = UnknownParameter;

  template <std::size_t kRanges>
  static consteval bool takes() {
    static_assert(kRanges > 0, "enginery: map takes a range for each parameter, at least one");
    return kRanges > 0;
  }
  template <class With>
  static auto call(std::string_view name, const With& with) {
    return with(Callee{.name = name}, List());
  }
};
template <class R, class... P>
struct MapOf<fn<R(P...)>> {
  using Result = typename fn<R(P...)>::Result;
  template <std::size_t I>
  using Parameter = std::tuple_element_t<I, std::tuple<P...>>;

  template <std::size_t kRanges>
  static consteval bool takes() {
    static_assert(kRanges > 0, "enginery: map takes a range for each parameter, at least one");
    static_assert(kRanges <= sizeof...(P), "enginery: map takes a range for each parameter: there are more ranges");
    return kRanges > 0 && kRanges <= sizeof...(P);
  }
  template <class With>
  static auto call(const fn<R(P...)>& name, const With& with) {
    return with(Callee{.name = name.name(), .type = name.type()}, List());
  }
};
template <Code F>
struct MapOf<F> {
  using Call = typename CallOf<F>::Call;
  using Result = typename Call::Result;
  static_assert(!CallOf<F>::kStays,
                "enginery: the function's result has no Codec, so it stays on its engine, and map cannot collect it: "
                "specialise enginery::Codec for it, or call the function with apply for each item");
  template <std::size_t I>
  using Parameter = typename Call::template Parameter<kCapturedBy<F> + I>;

  template <std::size_t kRanges>
  static consteval bool takes() {
    constexpr bool kRight = kRanges > 0 && kCapturedBy<F> + kRanges == Call::kParameters;
    static_assert(kRanges > 0, "enginery: map takes a range for each parameter, at least one");
    static_assert(kRanges == 0 || kRight,
                  "enginery: map takes one range for each parameter of the function; what is the same for all items is "
                  "captured: enginery::capture(values…, f)");
    return kRight;
  }
  template <class With>
  static auto call(const F& what, const With& with) {
    if constexpr (kIsCaptured<F>) {
      const auto function = function_of(what.function);
      return with(callee_of(function), what.values);
    } else {
      const auto function = function_of(what);
      return with(callee_of(function), List());
    }
  }
};
template <class F>
struct MapOf<Stays<F>> {
  static_assert(
      sizeof(F*) == 0,
      "enginery: the results of map come to the client: stays(f) is for apply, whose result stays where it is");
};

/// Refuses at compile time what is no range for it; else true.
template <class What, bool kLazy, class... S>
consteval bool maps_over() {
  constexpr bool kKeywords = (KeywordArgument<std::remove_cvref_t<S>> || ...);
  constexpr bool kRanges = (InputRange<S> && ...);
  static_assert(!kKeywords,
                "enginery: map takes no keyword arguments: each of its ranges is for one parameter, by position");
  static_assert(
      kKeywords || kRanges,
      "enginery: map takes ranges, such as a vector, one for each parameter; a value that is the same for all "
      "items is captured: enginery::capture(value, f)");
  if constexpr (kRanges && MapOf<What>::template takes<sizeof...(S)>()) {
    constexpr bool kFinite = kLazy || (kEnds<S> || ...);
    static_assert(kFinite,
                  "enginery: this range has no end, and map reads its items before it begins: end it, with "
                  "std::views::take, or call imap, which reads them as engines become free");
    return kFinite;
  }
  return false;
}

/// The parameters of `What` for so many ranges.
template <class What, class Indices>
struct ParametersOf;
template <class What, std::size_t... I>
struct ParametersOf<What, std::index_sequence<I...>> {
  using Type = std::tuple<std::type_identity<typename MapOf<What>::template Parameter<I>>...>;
};
template <class What, std::size_t kRanges>
using MapParameters = typename ParametersOf<What, std::make_index_sequence<kRanges>>::Type;

/// The type of the results where R was asked for.
template <class R, class What>
struct MapResult {
  using Type = R;
  static_assert(std::is_convertible_v<const What&, std::string_view>,
                "enginery: a function says itself what it gives: write map(f, …) without <R>, which is for tasks that "
                "are called by name");
};
template <class What>
struct MapResult<OwnResult, What> {
  using Type = typename MapOf<What>::Result;
};

/// Reads the ranges and calls the view.
template <class R, class V, class What, class... S>
auto map_over(const V& view, const What& what, S&&... ranges) {
  using Result = typename MapResult<R, What>::Type;
  if constexpr (!std::is_void_v<Result> && !std::is_same_v<Result, Value>) require_decodable<Result>();
  if constexpr (maps_over<What, false, S...>()) {
    std::vector<Value> columns;
    const std::size_t count = read_items<MapParameters<What, sizeof...(S)>>(columns, ranges...);
    return AsyncMapResult<Result>(MapOf<What>::call(what, [&](const Callee& callee, List constants) {
      return view.map_call(callee, std::move(constants), std::move(columns), count);
    }));
  } else {
    return AsyncMapResult<Result>(nullptr);  // it was refused
  }
}

}  // namespace detail

/// A view that calls a function once for each item of a range, or of several, side by side, of which the shortest ends
/// it. `Base`: the view's other calls. Each of the three takes what is called, as apply does, then a range for each of
/// its parameters: `view.map_sync(square, std::vector{1, 2, 3})`. Any range will do: views, generators, temporaries,
/// the rows of an Eigen matrix. By name, the results become Rs, Values unless named.
///
/// The ranges are read in the calling thread, to their end, before anything is sent. Throws what they throw; an Error
/// with the item's number when one does not fit its parameter.
template <class Base>
class MapCalls : public Base {
 public:
  using Base::Base;

  /// Does not wait for results.
  template <class R = detail::OwnResult, class What, class... S>
  auto map_async(const What& what, S&&... ranges) const {
    return detail::map_over<R>(*this, what, ranges...);
  }
  /// Finished (and has thrown) when the view's `block` is set.
  template <class R = detail::OwnResult, class What, class... S>
  auto map(const What& what, S&&... ranges) const {
    return this->finished_if_blocking(map_async<R>(what, ranges...));
  }
  /// Waits, and returns the results, in the order of the items. Throws a CompositeError of all items that failed.
  template <class R = detail::OwnResult, class What, class... S>
  auto map_sync(const What& what, S&&... ranges) const {
    return map_async<R>(what, ranges...).get();
  }

  // The same of items in braces.
  template <class R = detail::OwnResult, class What, class T>
  auto map_async(const What& what, std::initializer_list<T> items) const {
    return detail::map_over<R>(*this, what, items);
  }
  template <class R = detail::OwnResult, class What, class T>
  auto map(const What& what, std::initializer_list<T> items) const {
    return this->finished_if_blocking(map_async<R>(what, items));
  }
  template <class R = detail::OwnResult, class What, class T>
  auto map_sync(const What& what, std::initializer_list<T> items) const {
    return map_async<R>(what, items).get();
  }

  /// As Calls::bind(); `bound.map(range)` is map_sync().
  template <class R = Value, class F>
  auto bind(const F& what) const {
    return BoundCall<MapCalls, R, detail::Bound<F>>(*this, detail::Bound<F>(what));
  }
};

}  // namespace enginery
