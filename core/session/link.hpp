// core/session/link.hpp: the client's current link and its open Exchanges.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/session/limits.hpp"

namespace enginery::session {

/// One connection at a time, numbered from 1; a broken one is followed by the next, with x from 1 again.
class Link {
 public:
  explicit Link(const Limits& limits) : limits_(limits), patience_(limits.unanswered) {}

  std::uint32_t number() const { return number_; }
  std::size_t open_count() const { return open_.size(); }
  /// Whether Exchanges may be sent, or the link still waits before it tries again.
  bool usable(Time now) {
    if (now < resume_at_) return false;
    resume_at_ = Time::min();
    return true;
  }
  /// When it tries again; long ago if it does not wait.
  Time resume_at() const { return resume_at_; }

  /// The x of an Exchange that is sent now with this acknowledgement.
  std::uint64_t open(std::uint64_t ack, Time now) {
    open_.push_back({++x_, ack, now, open_.empty()});
    ack_sent_ = ack;
    return x_;
  }

  bool is_open(std::uint32_t link, std::uint64_t x) const {
    return link == number_ && std::any_of(open_.begin(), open_.end(), [&](const Open& open) { return open.x == x; });
  }

  /// Whether it was sent when all before it on this link had been answered, and none was sent since: then its answer is
  /// the newest.
  bool alone(std::uint64_t x) const {
    return x == x_ && open_.size() == 1 && open_.front().x == x && open_.front().alone;
  }

  void answered(std::uint64_t x) {
    for (const Open& open : open_)
      if (open.x == x) ack_known_ = std::max(ack_known_, open.ack);
    if (std::erase_if(open_, [&](const Open& open) { return open.x == x; }) == 0) return;
    failures_ = 0;
    patience_ = limits_.unanswered;
  }

  /// The link is broken. The first time the next one is used at once, then after a pause that doubles up to `poll`.
  void next(Time now) {
    ++number_;
    x_ = 0;
    open_.clear();
    ack_sent_ = ack_known_;
    if (failures_ > 0) resume_at_ = now + std::min(limits_.poll, Time(1'000'000) * (1 << std::min(failures_ - 1, 20u)));
    ++failures_;
    if (patience_ < kNever / 2) patience_ *= 2;
  }

  /// Whether an Exchange has been unanswered for so long that the link must be broken.
  bool silent(Time now) const {
    return !open_.empty() && patience_ != kNever && now - open_.front().since >= patience_;
  }

  Time deadline() const {
    if (resume_at_ != Time::min()) return resume_at_;
    return open_.empty() || patience_ == kNever ? kNever : open_.front().since + patience_;
  }

  std::uint64_t ack_sent() const { return ack_sent_; }

 private:
  struct Open {
    std::uint64_t x, ack;
    Time since;
    bool alone;
  };
  Limits limits_;
  std::uint32_t number_ = 1;
  std::uint64_t x_ = 0;
  std::vector<Open> open_;  // a few, in the order of x
  std::uint64_t ack_sent_ = 0, ack_known_ = 0;
  unsigned failures_ = 0;  // links in a row without one answer
  Time patience_;
  Time resume_at_ = Time::min();
};

}  // namespace enginery::session
