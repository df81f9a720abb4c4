// client/enginery/wait.hpp: waiting for several results at once: for all, for the first, or for each as it comes.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <enginery/async_result.hpp>
#include <enginery/export.hpp>

namespace enginery {

/// What wait() waits for.
enum class WaitFor : std::uint8_t {
  first_completed,  ///< one result, whether its tasks failed or not
  first_exception,  ///< one result with a task that failed; all, when none fails
  all
};

namespace detail {

/// The order in which results become ready, however their tasks end. Threads: all functions from any.
class ENGINERY_API ReadyOrder {
 public:
  explicit ReadyOrder(std::vector<AsyncTasks> results);
  /// The number of the result that was the `k`th (from 0) to become ready, once it has. Nothing if there are no more
  /// than `k`, or if it has not within `timeout`. In a task, throws TaskAborted when the task is asked to stop.
  std::optional<std::size_t> kth(std::size_t k, std::optional<Seconds> timeout = std::nullopt) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Waits, and says of each result whether it is ready.
ENGINERY_API std::vector<bool> wait_for(const std::vector<AsyncTasks>& results, WaitFor what,
                                        std::optional<Seconds> timeout);

template <class Result>
std::vector<AsyncTasks> tasks_of(const std::vector<Result>& results) {
  return std::vector<AsyncTasks>(results.begin(), results.end());
}

}  // namespace detail

/// What wait() gives: the results that are ready and those that are not, each in the order in which they were given.
template <class Result>
struct Waited {
  std::vector<Result> done, not_done;
};

/// `wait(results, WaitFor::first_completed, 2.0s)`: waits for results of one type; without a time limit as long as it
/// takes. Throws no task's error. In a task, throws TaskAborted when the task is asked to stop.
template <std::derived_from<AsyncTasks> Result>
Waited<Result> wait(const std::vector<Result>& results, WaitFor what = WaitFor::all,
                    std::optional<Seconds> timeout = std::nullopt);

template <std::derived_from<AsyncTasks> Result>
Waited<Result> wait(const std::vector<Result>& results, WaitFor what, std::optional<Seconds> timeout) {
  const std::vector<bool> ready = detail::wait_for(detail::tasks_of(results), what, timeout);
  Waited<Result> waited;
  for (std::size_t i = 0; i < results.size(); ++i) (ready[i] ? waited.done : waited.not_done).push_back(results[i]);
  return waited;
}

/// Results in the order in which they become ready. A range; its iterators wait. Keeps the results.
template <class Result>
class ReadyResults {
 public:
  /// An input iterator. `==` waits for the next result; in a task, throws TaskAborted when that is asked to stop.
  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = Result;
    using difference_type = std::ptrdiff_t;
    using pointer = const Result*;
    using reference = const Result&;

    explicit Iterator(const ReadyResults& results) : results_(&results) {}
    const Result& operator*() const { return results_->results_[*results_->order_.kth(at_)]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    void operator++(int) { ++at_; }
    friend bool operator==(const Iterator& iterator, std::default_sentinel_t) { return iterator.at_end(); }

   private:
    bool at_end() const { return !results_->order_.kth(at_); }

    const ReadyResults* results_;
    std::size_t at_ = 0;
  };

  explicit ReadyResults(std::vector<Result> results)
      : results_(std::move(results)), order_(detail::tasks_of(results_)) {}
  Iterator begin() const { return Iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::vector<Result> results_;
  detail::ReadyOrder order_;
};

/// `for (const auto& result : as_completed(results))`: each result once it is ready, however its tasks end.
template <std::derived_from<AsyncTasks> Result>
ReadyResults<Result> as_completed(std::vector<Result> results) {
  return ReadyResults<Result>(std::move(results));
}

}  // namespace enginery
