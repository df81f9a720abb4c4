// client/enginery/lazy_results.hpp: the results of a map that takes its items as engines become free.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <span>  // which declares enable_view
#include <type_traits>
#include <utility>
#include <vector>

#include <enginery/async_map_result.hpp>
#include <enginery/map_items.hpp>
#include <enginery/map_tasks.hpp>

namespace enginery {
namespace detail {

/// A map that is fed while its results are read. Threads: one.
template <class R>
class LazyMap : AsyncMapResult<R> {
 public:
  LazyMap(const std::shared_ptr<MapFuture>& map, std::unique_ptr<ItemSource> source)
      : AsyncMapResult<R>(map), feeder_(map), source_(std::move(source)) {}
  LazyMap(const LazyMap&) = delete;
  ~LazyMap() {
    if (source_ || at_ < given_) feeder_.abandon();
  }

  /// Gives as many items as engines want.
  void feed() { feed(feeder_.wanted()); }
  /// Is there no further item? Reads one if it must.
  bool at_end() {
    if (at_ == given_ && source_) feed(at_least_one());
    return at_ == given_;
  }
  /// The current item's result. Waits, and gives items meanwhile. Requires: not at_end().
  R current() {
    at_end();  // in case that nobody has asked
    while (source_ && !feeder_.wait_for(at_)) feed(at_least_one());
    this->wait_for(at_);
    return this->result(at_);
  }
  /// Does not wait.
  void next() {
    if (at_end()) return;
    constexpr std::size_t kOften = 1024;
    if (++at_ % kOften == 0) feeder_.passed(at_);
  }

 private:
  std::size_t at_least_one() const {
    const std::size_t wanted = feeder_.wanted();
    return wanted == 0 ? 1 : wanted;
  }
  void feed(std::size_t count) {
    if (!source_ || count == 0) return;
    std::vector<Value> columns;
    std::size_t got = 0;
    try {
      got = source_->read(count, columns);
    } catch (...) {
      end_source();
      throw;
    }
    if (got > 0) feeder_.feed(std::move(columns), got);
    given_ += got;
    if (got < count) end_source();
  }
  void end_source() {
    source_.reset();
    feeder_.close();
  }

  MapFeeder feeder_;
  std::unique_ptr<ItemSource> source_;  // null once it has ended
  std::size_t given_ = 0, at_ = 0;
};

}  // namespace detail

/// What imap returns: a range of the results, in the order of the items, that can be read once. Items are read from
/// their ranges by the thread that iterates, as engines become free; when this ends before them, what has not begun is
/// dropped. A view, as std::views have them: `| std::views::take(5)`.
///
/// Threads: one at a time.
template <class R>
class LazyResults {
 public:
  LazyResults(const std::shared_ptr<MapFuture>& map, std::unique_ptr<detail::ItemSource> source)
      : map_(std::make_unique<detail::LazyMap<R>>(map, std::move(source))) {}

  /// An input iterator. `*` waits for its result; throws the item's error, or TypeError when the result is no R. `==`
  /// and `++` do not wait, but read an item where they must, and throw what the ranges throw.
  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = R;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = R;

    explicit Iterator(detail::LazyMap<R>& map) : map_(&map) {}
    R operator*() const { return map_->current(); }
    Iterator& operator++() {
      map_->next();
      return *this;
    }
    void operator++(int) { map_->next(); }
    friend bool operator==(const Iterator& iterator, std::default_sentinel_t) { return iterator.map_->at_end(); }

   private:
    detail::LazyMap<R>* map_;
  };
  /// Gives the first items to the engines. To be called once.
  Iterator begin() {
    map_->feed();
    return Iterator(*map_);
  }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::unique_ptr<detail::LazyMap<R>> map_;
};

}  // namespace enginery

template <class R>
inline constexpr bool std::ranges::enable_view<enginery::LazyResults<R>> = true;
