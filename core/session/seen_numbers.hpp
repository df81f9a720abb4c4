// core/session/seen_numbers.hpp: which Exchanges of a link have come.
#pragma once

#include <cstdint>
#include <set>

namespace enginery::session {

/// Numbers from 1 that come nearly in order.
class SeenNumbers {
 public:
  /// How far ahead of a missing number others may be; an honest client never comes near.
  static constexpr std::uint64_t kAhead = 4096;

  bool plausible(std::uint64_t x) const { return x > 0 && x <= contiguous_ + kAhead; }

  /// True when `x` comes for the first time. Requires: plausible().
  bool note(std::uint64_t x) {
    if (x <= contiguous_) return false;
    if (x > contiguous_ + 1) return above_.insert(x).second;
    ++contiguous_;
    for (; !above_.empty() && *above_.begin() == contiguous_ + 1; ++contiguous_) above_.erase(above_.begin());
    return true;
  }

 private:
  std::uint64_t contiguous_ = 0;
  std::set<std::uint64_t> above_;
};

}  // namespace enginery::session
