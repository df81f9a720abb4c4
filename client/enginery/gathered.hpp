// client/enginery/gathered.hpp: the blocks of several engines as one sequence.
#pragma once

#include <concepts>
#include <optional>
#include <utility>
#include <vector>

#include <enginery/async_result.hpp>

namespace enginery {

/// The values one after the other, in order: an array when all are arrays whose dtypes and rows fit, else a list. What
/// is no sequence counts as one element.
ENGINERY_API Value joined(const List& blocks);

/// What gather() gives: the blocks of the engines, joined. Threads: all functions from any.
template <class R = Value>
class AsyncGathered : public AsyncTasks, public Awaitable<AsyncGathered<R>> {
 public:
  using AsyncTasks::AsyncTasks;

  /// Waits. Throws TimeoutError "Result not ready.", CompositeError; TypeError when it is not an R.
  R get(std::optional<Seconds> timeout = std::nullopt) const {
    check(timeout);
    List blocks;
    for (std::size_t i = 0; i < size(); ++i) blocks.push_back(value(i));
    if constexpr (std::same_as<R, Value>)
      return joined(blocks);
    else
      return joined(blocks).template as<R>();
  }
  template <class T>
  requires std::same_as<T, R>
  operator T() const { return get(); }
  template <ResultOf T>
  requires(std::same_as<R, Value> && !std::same_as<T, R>) operator T() const { return Codec<T>::decode(get()); }
};

}  // namespace enginery
