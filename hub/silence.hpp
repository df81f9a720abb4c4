// hub/silence.hpp: for how long engines of other hosts were not heard.
#pragma once

#include <chrono>
#include <map>
#include <vector>

#include <enginery/uuid.hpp>

#include "core/session/limits.hpp"
#include "hub/registry.hpp"

namespace enginery::hub {

/// Judges by their silence engines whose process cannot be looked at. Time in which nobody listened, because this
/// process was stopped or had no processor, is not theirs.
///
/// Threads: belongs to one thread at a time.
class Silence {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;
  /// After `dead_after` of silence an engine is dead, after a third of it suspect.
  explicit Silence(Duration dead_after) : dead_after_(dead_after) {}

  /// A sign of life. The first begins the watch.
  void heard(const Uuid& engine, Time now);
  void forget(const Uuid& engine) { engines_.erase(engine); }

  struct Verdict {
    Uuid engine;
    EngineState state;
    friend bool operator==(const Verdict&, const Verdict&) = default;
  };
  /// What is new since the last look: alive (again), suspect, or dead, which is forgotten with it.
  std::vector<Verdict> look(Time now);

 private:
  struct Engine {
    Time heard;
    bool suspect = false;
  };

  Duration dead_after_;
  session::Standstill standstill_;
  std::map<Uuid, Engine> engines_;
};

}  // namespace enginery::hub
