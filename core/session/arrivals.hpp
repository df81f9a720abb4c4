// core/session/arrivals.hpp: which results have come to a client, and what it may acknowledge.
#pragma once

#include <cstdint>
#include <deque>

namespace enginery::session {

/// Results r from the first that is not acknowledged. Replies overtake each other, and a new link repeats results.
class Arrivals {
 public:
  /// True when `r` comes for the first time.
  bool note(std::uint64_t r, std::uint64_t bytes) {
    if (r <= ack_) return false;
    if (r - ack_ > come_.size()) come_.resize(r - ack_);
    Come& come = come_[r - ack_ - 1];
    if (come.come) return false;
    come = {bytes, true, false};
    ++count_;
    return true;
  }

  /// All of `r` is here, also its large payloads.
  void complete(std::uint64_t r) {
    come_[r - ack_ - 1].complete = true;
    for (; !come_.empty() && come_.front().complete; ++ack_) {
      ack_bytes_ += come_.front().bytes;
      come_.pop_front();
    }
  }

  /// Every result up to this one is complete.
  std::uint64_t ack() const { return ack_; }
  /// The bytes of all results up to ack(), since the session began.
  std::uint64_t ack_bytes() const { return ack_bytes_; }
  /// How many different results have come.
  std::uint64_t count() const { return count_; }

 private:
  struct Come {
    std::uint64_t bytes = 0;
    bool come = false, complete = false;
  };
  std::uint64_t ack_ = 0, ack_bytes_ = 0, count_ = 0;
  std::deque<Come> come_;
};

}  // namespace enginery::session
