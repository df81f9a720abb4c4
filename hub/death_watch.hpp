// hub/death_watch.hpp: which engines live, where no launcher tells of their deaths.
#pragma once

#include <poll.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "core/session/limits.hpp"
#include "hub/registry.hpp"

namespace enginery::hub {

/// Judges engines whose process cannot be looked at by their silence. Time in which this process was stopped, or had no
/// processor, does not count.
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

/// Watches the processes of this host's engines, and listens for those of other hosts.
///
/// Threads: belongs to one thread at a time, but for wait_again().
class DeathWatch {
 public:
  /// `dead_after`: of silence, on other hosts.
  explicit DeathWatch(Silence::Duration dead_after);

  /// By its process if that is `local`, else by its silence, which begins now. Once more is no change.
  void watch(int id, const Uuid& engine, const ProcessId& process, bool local, Silence::Time now);
  /// The engine shows that it lives.
  void heard(const Uuid& engine, Silence::Time now) { silence_.heard(engine, now); }
  /// Watches it no longer.
  void forget(const Uuid& engine);

  /// What to poll: first a wake-up, for when one more process is to be polled, then the processes.
  void add_polled(std::vector<pollfd>& polled) const;
  /// To be called after the wake-up.
  void wait_again() const;

  struct Death {
    int id;
    Uuid engine;
    std::string how;
  };
  /// The processes that have ended; they are forgotten.
  std::vector<Death> ended();
  /// As Silence's.
  std::vector<Silence::Verdict> look(Silence::Time now) { return silence_.look(now); }

  /// Kills the process of an engine. False if this host has none, or no descriptor was left to hold it by.
  bool kill(const Uuid& engine);
  /// Whether kill() could.
  bool can_kill(const Uuid& engine);

 private:
  struct Watched {
    int id;
    Uuid engine;
    ProcessId identity;
    cluster::Descriptor process;  // empty: it is gone, or no descriptor was left
    std::string how = "its process ended";
  };
  Watched* find(const Uuid& engine);

  const cluster::Descriptor wake_;
  std::vector<Watched> watched_;
  Silence silence_;
};

}  // namespace enginery::hub
