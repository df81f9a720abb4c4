// core/tasks/map_results.hpp: what came of the items of a map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <enginery/value.hpp>

#include "core/wire/call_wire.hpp"

namespace enginery::tasks {

/// Collects the result or the failure of each item, in their order. While all results are floats, or all are ints of 64
/// bits with sign, or all are bools, they are kept as numbers, and become one array.
///
/// Threads: belongs to one thread at a time.
class MapResults {
 public:
  explicit MapResults(std::size_t items) : items_(items) {}

  /// The next item's. Throws as wire::check_travels() for what cannot leave this process; nothing is added then.
  void add(Value result);
  void add_failure(wire::Failure failure);

  /// (values, failures), as core/schema/call.fbs describes them. Leaves nothing here.
  Value take();

 private:
  /// Keeps a number's bits if the results until now are of its kind, or are none.
  bool add_number(const Value& result);
  /// From now on results are kept as they are.
  void widen();
  std::size_t size() const { return is_list_ ? values_.size() : numbers_.size(); }

  std::size_t items_;
  Kind kind_ = Kind::none;              // of the results in numbers_; none until there is one
  bool is_list_ = false;                // what is kept is in values_
  std::vector<std::uint64_t> numbers_;  // the bits; 0 for an item that failed
  List values_;                         // None for an item that failed
  std::vector<std::size_t> failed_;     // the items that have failed
  List failures_;
};

}  // namespace enginery::tasks
