// client/enginery/tree_reduction.hpp: a reduction whose order depends on how many items there are, and on nothing else.
#pragma once

#include <concepts>
#include <cstddef>
#include <utility>
#include <vector>

#include <enginery/errors.hpp>

namespace enginery::detail {

/// Combines items as a binary tree over their numbers does: 0 with 1, 2 with 3; the first pair with the second; and so
/// on. What has no partner goes up alone. `op` gets what stands left first. Keeps one item for each level.
template <class T, class Op>
class TreeReduction {
 public:
  explicit TreeReduction(Op op) : op_(std::move(op)) {}

  /// The next item.
  void add(T item) {
    waiting_.push_back(std::move(item));
    for (std::size_t pairs = ++added_; pairs % 2 == 0; pairs /= 2) combine_last();
  }
  /// What the whole tree gives. ValueError when nothing was added.
  T result() && {
    if (waiting_.empty())
      throw ValueError("map_reduce of an empty range has no result; look whether the range is empty first");
    while (waiting_.size() > 1) combine_last();
    return std::move(waiting_.back());
  }

 private:
  void combine_last() {
    T right = std::move(waiting_.back());
    waiting_.pop_back();
    T left = std::move(waiting_.back());
    waiting_.pop_back();
    waiting_.push_back(op_(std::move(left), std::move(right)));
  }

  Op op_;
  std::vector<T> waiting_;
  std::size_t added_ = 0;
};

}  // namespace enginery::detail
