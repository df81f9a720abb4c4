// core/transport/dialling.cpp: when a Line dials.
#include "core/transport/dialling.hpp"

#include <algorithm>
#include <utility>

namespace enginery::transport {

bool Dialling::want() {
  if (phase_ != Phase::down) return false;
  phase_ = Phase::dialling;
  return true;
}

Dialling::Duration Dialling::patience() const { return first_patience_ * (1 << std::min(failures_, kDoublings)); }

void Dialling::pause(Time now) {
  constexpr int kMost = 4;  // doublings from the first pause to the longest
  static_assert(kFirstPause * (1 << kMost) == kLongestPause);
  next_dial_ = now + kFirstPause * (1 << std::min(failures_++, kMost));
}

void Dialling::on_failure(Time now) { pause(now); }

bool Dialling::on_success(Time now) {
  if (phase_ != Phase::dialling) return false;
  phase_ = Phase::up;
  up_since_ = now;
  return true;
}

void Dialling::on_idle() {
  if (phase_ == Phase::dialling) phase_ = Phase::down;
}

void Dialling::on_break(Time now) {
  if (phase_ != Phase::up) return;
  phase_ = Phase::down;
  if (now - up_since_ < kGoodFor) return pause(now);
  failures_ = 0;
  next_dial_ = now;
}

}  // namespace enginery::transport
