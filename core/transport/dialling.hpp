// core/transport/dialling.hpp: when a Line dials.
#pragma once

#include <algorithm>
#include <chrono>

namespace enginery::transport {

/// (event, now) → what the Line does next. There is one dialler at a time. The pauses between dials double with each
/// failure, and a connection that breaks before it was of use for a while counts as a failure, too. A dial's patience
/// also doubles: the first dials are short, so that a peer which accepts a connection and never answers is soon given
/// up, and later ones longer, since the peer may only be slow.
///
/// Threads: one at a time.
class Dialling {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;
  static constexpr std::chrono::milliseconds kFirstPause{20}, kLongestPause{320};
  /// A connection that lived so long was a good one.
  static constexpr std::chrono::seconds kGoodFor{1};
  static constexpr int kDoublings = 2;  // of the patience

  /// `patience`: of the first dial.
  explicit Dialling(Duration patience) : first_patience_(patience) {}

  /// Somebody needs a connection. True: a dialler must begin; the caller starts it, or calls on_idle().
  bool want() {
    if (phase_ != Phase::down) return false;
    phase_ = Phase::dialling;
    return true;
  }
  /// When the dialler may dial.
  Time next_dial() const { return next_dial_; }
  Duration patience() const { return first_patience_ * (1 << std::min(failures_, kDoublings)); }
  void on_failure(Time now) { pause(now); }
  /// True: the connection is up, and the dialler ends. False: nobody may use it.
  bool on_success(Time now) {
    if (phase_ != Phase::dialling) return false;
    phase_ = Phase::up;
    up_since_ = now;
    return true;
  }
  /// The dialler ends without a connection, since nobody needs one.
  void on_idle() {
    if (phase_ == Phase::dialling) phase_ = Phase::down;
  }
  /// The connection is of no use any more. No effect if none is up.
  void on_break(Time now) {
    if (phase_ != Phase::up) return;
    phase_ = Phase::down;
    if (now - up_since_ < kGoodFor) return pause(now);
    failures_ = 0;
    next_dial_ = now;
  }
  /// No dialler begins from now on.
  void stop() { phase_ = Phase::stopped; }

  bool up() const { return phase_ == Phase::up; }
  bool stopped() const { return phase_ == Phase::stopped; }

 private:
  enum class Phase { down, dialling, up, stopped };

  void pause(Time now) {
    constexpr int kMost = 4;  // doublings from the first pause to the longest
    static_assert(kFirstPause * (1 << kMost) == kLongestPause);
    next_dial_ = now + kFirstPause * (1 << std::min(failures_++, kMost));
  }

  const Duration first_patience_;
  Phase phase_ = Phase::down;
  int failures_ = 0;  // in a row
  Time next_dial_{}, up_since_{};
};

}  // namespace enginery::transport
