// core/session/ledger.hpp: a client's books of one session: its link, the outcomes of its tasks, the results that came.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

#include "core/session/limits.hpp"
#include "core/session/messages.hpp"

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

/// The state of every task from the first that has no outcome: one byte each. All but the two lists is O(1).
class Outcomes {
 public:
  std::uint64_t add() {
    states_.push_back(State::outstanding);
    ++outstanding_;
    return first_ + states_.size() - 1;
  }

  std::uint64_t last() const { return first_ + states_.size() - 1; }
  std::uint64_t outstanding_count() const { return outstanding_; }
  bool outstanding(std::uint64_t seq) const { return open(seq) && states_[seq - first_] != State::told; }
  /// The first seq without an outcome from the engine, submitted or not.
  std::uint64_t first() const { return first_; }

  /// The engine's result has come. True once for each seq, unless tell() came before.
  bool finish(std::uint64_t seq) {
    if (!open(seq)) return false;
    const bool untold = outstanding(seq);
    states_[seq - first_] = State::done;
    if (untold) --outstanding_;
    for (; !states_.empty() && states_.front() == State::done; ++first_) states_.pop_front();
    return untold;
  }

  /// The caller has its outcome already, though the engine's result has still to come. Requires: outstanding(seq).
  void tell(std::uint64_t seq) {
    states_[seq - first_] = State::told;
    --outstanding_;
  }

  /// False if that or more was asked before, or the outcome is there.
  bool ask(Abort abort) {
    if (!outstanding(abort.seq)) return false;
    State& state = states_[abort.seq - first_];
    const State asked = abort.withdraw ? State::withdrawing : State::aborting;
    if (state >= asked) return false;
    state = asked;
    return true;
  }

  std::vector<std::uint64_t> list() const {
    std::vector<std::uint64_t> seqs;
    for (std::size_t i = 0; i < states_.size(); ++i)
      if (states_[i] < State::told) seqs.push_back(first_ + i);
    return seqs;
  }
  std::vector<Abort> aborts() const {
    std::vector<Abort> asked;
    for (std::size_t i = 0; i < states_.size(); ++i)
      if (states_[i] == State::withdrawing || states_[i] == State::aborting)
        asked.emplace_back(first_ + i, states_[i] == State::withdrawing);
    return asked;
  }

 private:
  enum class State : std::uint8_t { outstanding, withdrawing, aborting, told, done };

  bool open(std::uint64_t seq) const { return seq >= first_ && seq <= last() && states_[seq - first_] != State::done; }

  std::uint64_t first_ = 1;
  std::uint64_t outstanding_ = 0;
  std::deque<State> states_;
};

/// The results from the first that is not acknowledged. Replies overtake each other, and a new link repeats results,
/// so each r is noted once, and acknowledged when it and all before it are complete.
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
