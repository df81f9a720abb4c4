// hub/death_watch.cpp: which engines live, where no launcher tells of their deaths.
//
// Of its own host's engines the hub holds pidfds, which tell of a death at once. Those of other hosts answer to no
// kernel here; they are suspect after some silence and dead after three times as much.
#include "hub/death_watch.hpp"

#include <sys/eventfd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "core/processes/pid.hpp"

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

DeathWatch::DeathWatch(Silence::Duration dead_after)
    : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), silence_(dead_after) {}

void DeathWatch::watch(int id, const Uuid& engine, const ProcessId& process, bool local, Silence::Time now) {
  if (!local) return silence_.heard(engine, now);
  if (find(engine)) return;
  cluster::Descriptor handle(cluster::pidfd_open(process.pid));
  // The pid may be that of a later process by now.
  if (handle && !process.alive()) handle.reset();
  watched_.push_back({id, engine, process, std::move(handle)});
  ::eventfd_write(wake_.get(), 1);
}

void DeathWatch::forget(const Uuid& engine) {
  std::erase_if(watched_, [&](const Watched& one) { return one.engine == engine; });
  silence_.forget(engine);
}

void DeathWatch::add_polled(std::vector<pollfd>& polled) const {
  polled.push_back({wake_.get(), POLLIN, 0});
  for (const Watched& one : watched_) polled.push_back({one.process.get(), POLLIN, 0});
}

void DeathWatch::wait_again() const {
  eventfd_t count = 0;
  ::eventfd_read(wake_.get(), &count);
}

std::vector<DeathWatch::Death> DeathWatch::ended() {
  std::vector<Death> deaths;
  std::erase_if(watched_, [&](const Watched& one) {
    pollfd process{one.process.get(), POLLIN, 0};
    if (one.process ? ::poll(&process, 1, 0) == 0 : one.identity.alive()) return false;
    deaths.push_back({one.id, one.engine, one.how});
    return true;
  });
  return deaths;
}

DeathWatch::Watched* DeathWatch::find(const Uuid& engine) {
  const auto found = std::ranges::find(watched_, engine, &Watched::engine);
  return found == watched_.end() ? nullptr : &*found;
}

bool DeathWatch::can_kill(const Uuid& engine) {
  const Watched* const one = find(engine);
  return one && one->process;
}

bool DeathWatch::kill(const Uuid& engine) {
  if (!can_kill(engine)) return false;
  Watched& one = *find(engine);
  one.how = "killed on request";
  return cluster::pidfd_send_signal(one.process.get(), SIGKILL) == 0;
}

}  // namespace enginery::hub
