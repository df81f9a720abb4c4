// client/enginery/load_balanced_view.hpp: a view whose tasks run on whichever engine is free.
#pragma once

#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <enginery/balance_options.hpp>
#include <enginery/calls.hpp>
#include <enginery/lazy_results.hpp>
#include <enginery/map_calls.hpp>
#include <enginery/tree_reduction.hpp>

namespace enginery {
namespace detail {

/// What aims at the same engines, with other options. Requires: `of` is the aim of a LoadBalancedView.
ENGINERY_API std::shared_ptr<const Aim> balanced_aim(const std::shared_ptr<const Aim>& of, BalanceOptions options);

}  // namespace detail

/// Some engine of a client, chosen for each task when it is free: of all engines, also those that come later, or of
/// some. Each call takes what those of the other views take, and gives plain values. A name must be known on
/// all of them: import its plugin there first.
///
/// Threads: all const functions from any; the flags are the caller's.
class ENGINERY_API LoadBalancedView : public MapCalls<Calls<OneValue>> {
 public:
  using MapCalls::MapCalls;

  /// `lv.with({.retries = 2})`: a view of the same engines with these options; those that are not named are as in a new
  /// view. The options begin with the flags `block` and `timeout`.
  LoadBalancedView with(BalanceOptions options) const {
    const bool blocks = options.block;
    const std::optional<Seconds> limit = options.timeout;
    LoadBalancedView view(detail::balanced_aim(aim(), std::move(options)));
    view.block = blocks;
    view.timeout = limit;
    return view;
  }

  /// As map_sync(), lazily: a range of the results that can be read once. Ranges are read as engines become free, so
  /// there may be no end to them; those that are neither temporaries nor views must outlive what this returns.
  template <class R = detail::OwnResult, class What, class... S>
  auto imap(const What& what, S&&... ranges) const {
    using Each = typename detail::MapResult<R, What>::Type;
    static_assert(!std::is_void_v<Each>, "enginery: imap gives results, and this function has none: use map_async");
    if constexpr (!std::is_same_v<Each, Value>) require_decodable<Each>();
    using Ranges = detail::KeptRanges<detail::MapParameters<What, sizeof...(S)>, detail::Kept<S>...>;
    static_assert(detail::maps_over<What, true, S...>());
    auto source = std::make_unique<Ranges>(std::in_place, std::forward<S>(ranges)...);
    return LazyResults<Each>(detail::MapOf<What>::call(what,
                                                       [&](const Callee& callee, List constants) {
                                                         return map_call(callee, std::move(constants), {}, 0, true);
                                                       }),
                             std::move(source));
  }

  /// `lv.map_reduce(f, range, std::plus<double>())`: the results of map_sync(f, range) combined with `op`, which comes
  /// after any number of ranges. `op(left, right)` runs here, on results in the order of the items, as a binary tree
  /// over their numbers, so the result has the same bits whichever engines there were. Throws ValueError for an empty
  /// range; a CompositeError of all items that failed; what `op` throws, and then the map is aborted.
  template <class R = detail::OwnResult, class What, class... A>
  auto map_reduce(const What& what, A&&... ranges_and_op) const {
    static_assert(sizeof...(A) > 1,
                  "enginery: map_reduce takes what it calls, its ranges, and last what combines results");
    const auto all = std::forward_as_tuple(ranges_and_op...);
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return reduced(map_async<R>(what, std::get<I>(all)...), std::get<sizeof...(A) - 1>(all));
    }
    (std::make_index_sequence<sizeof...(A) - 1>());
  }

  /// <LoadBalancedView None> of all engines, else <LoadBalancedView [0, 2]>
  ENGINERY_API friend std::ostream& operator<<(std::ostream&, const LoadBalancedView&);

 private:
  template <class R, class Op>
  static R reduced(const AsyncMapResult<R>& map, const Op& op) {
    static_assert(
        requires(R left, R right) {
          { op(std::move(left), std::move(right)) } -> std::convertible_to<R>;
        },
        "enginery: the last argument of map_reduce combines two results into one: R op(R, R)");
    detail::TreeReduction<R, const Op&> tree(op);
    for (auto item = map.begin(); item != map.end(); ++item) {
      std::optional<R> result;
      try {
        result = *item;
      } catch (...) {
        map.check();  // throws of all that failed
        throw;
      }
      try {
        tree.add(*std::move(result));
      } catch (...) {
        map.abort();
        throw;
      }
    }
    return std::move(tree).result();
  }
};
}  // namespace enginery
