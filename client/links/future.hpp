// client/links/future.hpp: what stands behind every result: the tasks of one call, one for each of its targets.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "client/links/pending.hpp"

namespace enginery {

/// Shared by the results that are of it and by the links that have its tasks. Neither copied nor moved.
class Future {
 public:
  /// Requires: `size` is not 0.
  Future(Asked asked, std::size_t size)
      : asked_(std::move(asked)), size_(size), others_(size == 1 ? nullptr : new Pending[size - 1]) {}

  std::size_t size() const noexcept { return size_; }
  Pending& operator[](std::size_t i) noexcept { return i == 0 ? first_ : others_[i - 1]; }
  const Pending& operator[](std::size_t i) const noexcept { return i == 0 ? first_ : others_[i - 1]; }
  /// Task `i` of it, which keeps it alive.
  static std::shared_ptr<Pending> task(const std::shared_ptr<Future>& future, std::size_t i) {
    return {future, &(*future)[i]};
  }

  const Asked& asked() const noexcept { return asked_; }
  bool ready() const noexcept;
  /// Whether all were ready in time; as Pending::wait_until().
  bool wait_until(std::optional<std::chrono::steady_clock::time_point> deadline) const;
  /// Runs `work` once all are ready; as Pending::then().
  void then(Continuation work);

 private:
  const Asked asked_;
  const std::size_t size_;
  Pending first_;  // most calls have one target, and need no array
  const std::unique_ptr<Pending[]> others_;
};

/// Throws the error of a call with one target, or a CompositeError of all that failed. Requires: they are ready.
void throw_failures(std::span<const std::shared_ptr<Future>> calls);

}  // namespace enginery
