// core/transport/dialling.hpp: when a Line dials.
#pragma once

#include <chrono>

namespace enginery::transport {

/// (event, now) → what the Line does next. There is one dialler at a time. The pauses between dials double with each
/// failure; a connection that breaks before it was of use for a while counts as a failure, too. A dial's patience
/// doubles as well: a peer may be slow, and one that lets callers in and never speaks is to be left soon.
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

  /// Somebody needs a connection. True: a dialler is to begin; the caller sees to it, or calls on_idle().
  bool want();
  /// The dialler is not to dial before.
  Time next_dial() const { return next_dial_; }
  Duration patience() const;
  void on_failure(Time now);
  /// True: the connection is up, and the dialler ends. False: nobody may use it.
  bool on_success(Time now);
  /// The dialler ends without a connection, since nobody needs one.
  void on_idle();
  /// The connection is of no use any more. No effect if none is up.
  void on_break(Time now);
  /// No dialler begins from now on.
  void stop() { phase_ = Phase::stopped; }

  bool up() const { return phase_ == Phase::up; }
  bool stopped() const { return phase_ == Phase::stopped; }

 private:
  enum class Phase { down, dialling, up, stopped };

  void pause(Time now);

  const Duration first_patience_;
  Phase phase_ = Phase::down;
  int failures_ = 0;  // in a row
  Time next_dial_{}, up_since_{};
};

}  // namespace enginery::transport
