// core/session/outcomes.hpp: which of a client's tasks have had their outcome.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

namespace enginery::session {

/// One byte for every seq from the first without an outcome. Everything is O(1) but the two lists.
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

  /// The engine has decided it. True once for each seq, unless its outcome was told before.
  bool finish(std::uint64_t seq) {
    if (!open(seq)) return false;
    const bool untold = outstanding(seq);
    states_[seq - first_] = State::done;
    if (untold) --outstanding_;
    for (; !states_.empty() && states_.front() == State::done; ++first_) states_.pop_front();
    return untold;
  }

  /// Its outcome is certain already, though the engine's word of it has still to come. Requires: outstanding(seq).
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

}  // namespace enginery::session
