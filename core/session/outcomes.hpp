// core/session/outcomes.hpp: which of a client's tasks have had their outcome, and which results have come.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

namespace enginery::session {

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

  /// False if that was asked before, or the outcome is there.
  bool ask_abort(std::uint64_t seq) {
    if (!outstanding(seq) || states_[seq - first_] == State::aborting) return false;
    states_[seq - first_] = State::aborting;
    return true;
  }

  std::vector<std::uint64_t> list() const { return list(false); }
  std::vector<std::uint64_t> aborting() const { return list(true); }

 private:
  enum class State : std::uint8_t { outstanding, aborting, told, done };

  bool open(std::uint64_t seq) const { return seq >= first_ && seq <= last() && states_[seq - first_] != State::done; }

  std::vector<std::uint64_t> list(bool only_aborting) const {
    std::vector<std::uint64_t> seqs;
    for (std::size_t i = 0; i < states_.size(); ++i)
      if (states_[i] == State::aborting || (!only_aborting && states_[i] == State::outstanding))
        seqs.push_back(first_ + i);
    return seqs;
  }

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
