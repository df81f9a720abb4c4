// hub/silence.cpp: for how long engines of other hosts were not heard.
#include "hub/silence.hpp"

#include <algorithm>
#include <utility>

namespace enginery::hub {

void Silence::heard(const Uuid& engine, Time now) {
  Engine& known = engines_[engine];
  known.heard = std::max(known.heard, now);
}

std::vector<Silence::Verdict> Silence::look(Time now) {
  const Duration stood_still = standstill_.since_last_look(now.time_since_epoch());
  std::vector<Verdict> verdicts;
  for (auto& [uuid, engine] : engines_) {
    engine.heard = std::min(now, engine.heard + stood_still);
    const Duration silence = now - engine.heard;
    const bool suspect = silence >= dead_after_ / 3;
    if (silence >= dead_after_)
      verdicts.push_back({uuid, EngineState::dead});
    else if (std::exchange(engine.suspect, suspect) != suspect)
      verdicts.push_back({uuid, suspect ? EngineState::suspect : EngineState::alive});
  }
  for (const Verdict& verdict : verdicts)
    if (verdict.state == EngineState::dead) forget(verdict.engine);
  return verdicts;
}

}  // namespace enginery::hub
