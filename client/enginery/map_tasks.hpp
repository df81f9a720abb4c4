// client/enginery/map_tasks.hpp: what the items of one map have in common, whatever their results are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <enginery/async_result.hpp>
#include <enginery/task_handle.hpp>
#include <enginery/value.hpp>

namespace enginery {

class MapFuture;

/// The items of a map and what became of each. Copies are the same map. Item numbers count from 0, in the order of the
/// map's items. Threads: all functions from any.
class ENGINERY_API AsyncMapTasks {
 public:
  explicit AsyncMapTasks(std::shared_ptr<MapFuture> map) : map_(std::move(map)) {}

  std::size_t size() const noexcept;
  /// How many items have ended, well or not.
  std::size_t progress() const;
  bool ready() const;
  /// Whether all items have ended within `timeout`. Never throws what a task threw.
  bool wait(std::optional<Seconds> timeout = std::nullopt) const;
  /// Whether no item failed. Throws ValueError while one is not ready.
  bool successful() const;
  /// Items that have not begun are not run, those that run are asked to stop.
  void abort() const;
  /// Of each chunk that has ended, in the order in which they came: its items' engine, times and output.
  std::vector<Metadata> metadata() const;
  /// What makes task_random() the same in another map: `with({.seed = map.seed()})`.
  std::uint64_t seed() const noexcept;
  /// As those of AsyncTasks.
  double wall_time() const;
  double serial_time() const;
  double elapsed() const;
  /// Waits; throws TimeoutError "Result not ready.", and no item's error.
  void require(std::optional<Seconds> timeout = std::nullopt) const;
  /// As require(), then throws a CompositeError of all items that failed.
  void check(std::optional<Seconds> timeout = std::nullopt) const;
  /// Waits, and shows on `stream` how far it is: a bar on a terminal, else a line now and then. False after `timeout`.
  bool wait_interactive(std::ostream& stream, std::optional<Seconds> timeout = std::nullopt) const;
  bool wait_interactive(std::optional<Seconds> timeout = std::nullopt) const;  ///< on stderr
  void on_ready(Continuation work) const;

  /// <AsyncMapResult: nap>, and <AsyncMapResult: nap:finished> when ready.
  ENGINERY_API friend std::ostream& operator<<(std::ostream&, const AsyncMapTasks&);

 protected:
  /// Waits until item `i` has ended, for ever without a deadline; false if it has not in time.
  bool wait_for(std::size_t item, std::optional<Seconds> timeout = std::nullopt) const;
  /// The item that ended as the `k`th (from 0), once it has; nothing if the map has no more than `k` items. Waits.
  std::optional<std::size_t> kth(std::size_t k) const;
  // Of an item that has ended:
  /// Its result. Throws what became of it.
  Value value(std::size_t item) const;
  std::exception_ptr error(std::size_t item) const;
  int engine_id(std::size_t item) const;
  const std::string& label() const noexcept;

  /// Neighbouring items whose results came together: their values are a list or an array (or, where an item failed,
  /// anything at its place). Of the part that has item `first` in it, from that item on.
  struct Part {
    std::size_t count = 0;
    Value values;            ///< whole, as it came
    std::size_t offset = 0;  ///< of item `first` in it
    bool failed = false;     ///< one of them, at least
  };
  /// Requires: that item has ended.
  Part part(std::size_t first) const;

 private:
  friend class Dependency;
  std::shared_ptr<MapFuture> map_;
};

namespace detail {

/// Adds items to a map that is lazily fed, as engines become free.
class ENGINERY_API MapFeeder {
 public:
  explicit MapFeeder(std::shared_ptr<MapFuture> map) : map_(std::move(map)) {}
  /// How many items are wanted now so that no engine waits; at least one when all that were given have ended.
  std::size_t wanted() const;
  /// Waits until item `item`, which was given, has ended: true; or until more items are wanted: false. False at once
  /// when some are wanted already and the item has not ended.
  bool wait_for(std::size_t item) const;
  /// `columns`: as those of a map; each has `count` elements.
  void feed(std::vector<Value> columns, std::size_t count) const;
  /// There are no more.
  void close() const;
  /// The iteration has ended early: what has not begun is dropped.
  void abandon() const noexcept;
  /// Items below are asked for no more.
  void passed(std::size_t item) const;

 private:
  std::shared_ptr<MapFuture> map_;
};

}  // namespace detail

}  // namespace enginery
