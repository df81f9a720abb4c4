// client/links/client_clock.hpp: the one thread of a client that keeps its deadlines.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/session/limits.hpp"

namespace enginery {

/// What has deadlines.
class Ticking {
 public:
  virtual ~Ticking() = default;
  /// For the clock. When it wants to be called next; earlier calls do no harm.
  virtual session::Time tick() = 0;
};

/// Calls tick() of links and of others when it is due. Threads: all functions from any.
class ClientClock {
 public:
  ClientClock() = default;
  /// Requires: stop() was called, if something was added; links, which share the clock, may end in its own thread.
  ~ClientClock() = default;
  ClientClock(const ClientClock&) = delete;
  ClientClock& operator=(const ClientClock&) = delete;

  void add(std::weak_ptr<Ticking> one);
  /// The thread wakes at `time` or before. Cheap when it would anyhow.
  void arm(session::Time time);

  /// Joins the thread. Not from within tick().
  void stop();

  static session::Time now();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::weak_ptr<Ticking>> ticking_;
  session::Time armed_ = session::kNever;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace enginery
