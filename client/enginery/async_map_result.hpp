// client/enginery/async_map_result.hpp: the results of a map, in the order of its items or as they come.
#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <enginery/async_result.hpp>
#include <enginery/codec.hpp>
#include <enginery/map_tasks.hpp>
#include <enginery/value.hpp>

namespace enginery {
namespace detail {

/// `number` as a T, which is one that it converts to without a loss, or rounded from a double; else false.
template <class T, class From>
bool take_number(From number, T& to) {
  if constexpr (std::is_same_v<T, From>) {
    to = number;
    return true;
  } else if constexpr (std::is_integral_v<T> && std::is_same_v<From, std::int64_t> && !std::is_same_v<T, bool>) {
    to = static_cast<T>(number);
    return std::in_range<T>(number);
  } else if constexpr (std::is_same_v<T, float> && std::is_same_v<From, double>) {
    to = static_cast<float>(number);
    return __builtin_isinf(to) == __builtin_isinf(number);
  } else {
    return false;
  }
}

/// Appends elements of the array, while that can be done as fast as they are copied.
template <class From, class R>
void append_numbers(std::span<const From> numbers, std::vector<R>& results) {
  for (const From number : numbers) {
    R result{};
    if (!take_number(number, result)) return;
    results.push_back(result);
  }
}

/// Item `i` of a list, tuple or array.
inline Value item_of(const Value& values, std::size_t i) {
  if (values.kind() == Kind::list) return values.as_list()[i];
  if (values.kind() == Kind::array && values.as_array().ndim() == 1) return values.as_array().item(i);
  return values.at(Value::integer(static_cast<std::int64_t>(i)));
}

/// Appends `count` of the values from `first` on. Throws as decode_as().
template <class R>
void append_results(const Value& values, std::size_t first, std::size_t count, std::string_view label,
                    std::vector<R>& results) {
  const std::size_t end = results.size() + count;
  if constexpr (Number<R>)
    if (values.kind() == Kind::array && values.as_array().ndim() == 1) {
      const Array& array = values.as_array();
      if (array.dtype() == dtype_of<R>())
        append_numbers(array.elements<R>().subspan(first, count), results);
      else if (array.dtype() == DType::i64)
        append_numbers(array.elements<std::int64_t>().subspan(first, count), results);
      else if (array.dtype() == DType::f64)
        append_numbers(array.elements<double>().subspan(first, count), results);
    }
  for (std::size_t i = first + count - (end - results.size()); results.size() < end; ++i)
    results.push_back(decode_as<R>(item_of(values, i), Origin::result, label));
}

}  // namespace detail

template <class R>
class AsyncMapResult;

namespace detail {
template <class R>
class LazyMap;
}  // namespace detail

/// One item of a map that has ended, as AsyncMapResult::as_completed() gives it. Copies are the same item.
template <class R>
class CompletedItem {
 public:
  CompletedItem(const AsyncMapResult<R>& map, std::size_t index) : map_(map), index_(index) {}

  /// The item's number in its map, from 0.
  std::size_t index() const noexcept { return index_; }
  /// The engine that ran it; -1 when none did.
  int engine_id() const { return map_.engine_id(index_); }
  /// Whether it did not fail.
  explicit operator bool() const { return error() == nullptr; }
  std::exception_ptr error() const { return map_.error(index_); }
  /// The result. Throws the item's error; TypeError when the result is no R.
  R get() const { return map_.result(index_); }

 private:
  AsyncMapResult<R> map_;
  std::size_t index_;
};

/// The items of a map in the order in which they end. A range; its iterators wait. Keeps what it needs of the map.
template <class R>
class CompletedItems {
 public:
  /// An input iterator. `==` waits for the next item to end.
  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = CompletedItem<R>;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = value_type;

    explicit Iterator(const CompletedItems& items) : items_(&items) {}
    value_type operator*() const { return {items_->map_, *items_->map_.kth(at_)}; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    void operator++(int) { ++at_; }
    friend bool operator==(const Iterator& iterator, std::default_sentinel_t) { return iterator.at_end(); }

   private:
    bool at_end() const { return !items_->map_.kth(at_); }
    const CompletedItems* items_;
    std::size_t at_ = 0;
  };

  explicit CompletedItems(const AsyncMapResult<R>& map) : map_(map) {}
  Iterator begin() const { return Iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  AsyncMapResult<R> map_;
};

/// The results of a map, each an R. Copies are the same map. Threads: all functions from any.
///
///   for (const double x : results)                        // in the order of the items
///   for (const auto& done : results.as_completed())       // as they come
template <class R = Value>
class AsyncMapResult : public AsyncMapTasks, public Awaitable<AsyncMapResult<R>> {
 public:
  /// std::vector<R>; void for void.
  using Values = std::conditional_t<std::is_void_v<R>, void, std::vector<R>>;

  using AsyncMapTasks::AsyncMapTasks;

  /// Waits. Throws TimeoutError "Result not ready.", which leaves the map running; a CompositeError of all items that
  /// failed; TypeError when a result is no R.
  Values get(std::optional<Seconds> timeout = std::nullopt) const {
    check(timeout);
    if constexpr (!std::is_void_v<R>) {
      std::vector<R> results;
      results.reserve(size());
      while (results.size() < size()) {
        const Part part = this->part(results.size());
        detail::append_results(part.values, part.offset, part.count, label(), results);
      }
      return results;
    }
  }
  /// Waits for all, and throws no item's error. TimeoutError "Result not ready."
  std::vector<ValueOrError<R>> get_each(std::optional<Seconds> timeout = std::nullopt) const {
    require(timeout);
    std::vector<ValueOrError<R>> each(size());
    for (std::size_t i = 0; i < size(); ++i) {
      each[i].engine_id = engine_id(i);
      each[i].error = error(i);
      if constexpr (!std::is_void_v<R>)
        if (!each[i].error) try {
            each[i].value = result(i);
          } catch (...) {
            each[i].error = std::current_exception();
          }
    }
    return each;
  }

  /// An input iterator. `*` waits for its item; throws the item's error, or TypeError when the result is no R.
  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = R;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = R;

    Iterator() = default;
    Iterator(const AsyncMapResult& map, std::size_t at) : map_(&map), at_(at) {}
    R operator*() const {
      map_->wait_for(at_);
      return map_->result(at_);
    }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return {*map_, at_++}; }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    const AsyncMapResult* map_ = nullptr;
    std::size_t at_ = 0;
  };
  /// The results in the order of the items, each as soon as it is there. This must outlive its iterators.
  Iterator begin() const requires(!std::is_void_v<R>) { return {*this, 0}; }
  Iterator end() const requires(!std::is_void_v<R>) { return {*this, size()}; }
  /// The items in the order in which they end: their numbers, engines and results.
  CompletedItems<R> as_completed() const { return CompletedItems<R>(*this); }

  template <class T>
  requires(!std::is_void_v<R> && std::same_as<T, std::vector<R>>) operator T() const { return get(); }

 private:
  friend class CompletedItem<R>;
  friend class CompletedItems<R>;
  friend class detail::LazyMap<R>;
  /// Requires: the item has ended.
  R result(std::size_t item) const {
    if constexpr (std::is_void_v<R>)
      value(item);
    else
      return detail::decode_as<R>(value(item), detail::Origin::result, label());
  }
};

}  // namespace enginery
