// core/session/turns.hpp: whose task runs next.
#pragma once

#include <cstdint>
#include <deque>

#include "core/session/engine_session.hpp"

namespace enginery::session {

/// The circle of the sessions that have something to run. Each runs up to `turn_tasks` tasks or `turn_time`, then the
/// next one does.
class Turns {
 public:
  explicit Turns(const Limits& limits) : limits_(limits) {}

  /// Puts `session` last unless it is in the circle. True if the circle was empty.
  bool add(EngineSession& session) {
    if (session.has_turn) return false;
    session.has_turn = true;
    circle_.push_back(&session);
    return circle_.size() == 1;
  }

  void remove(const EngineSession& session) {
    if (!circle_.empty() && circle_.front() == &session) tasks_ = 0;
    std::erase(circle_, &session);
  }

  /// The session whose task is to run now, or nothing.
  EngineSession* next(Time now) {
    while (!circle_.empty()) {
      EngineSession* session = circle_.front();
      const bool runnable = session->runnable();
      const bool turn_over = tasks_ >= limits_.turn_tasks || (tasks_ > 0 && now - since_ >= limits_.turn_time);
      if (runnable && !(turn_over && circle_.size() > 1)) {
        if (tasks_++ == 0) since_ = now;
        return session;
      }
      circle_.pop_front();
      tasks_ = 0;
      if (runnable)
        circle_.push_back(session);
      else
        session->has_turn = false;
    }
    return nullptr;
  }

 private:
  Limits limits_;
  std::deque<EngineSession*> circle_;
  std::uint64_t tasks_ = 0;  // of the turn of the first
  Time since_{0};            // when that turn began
};

}  // namespace enginery::session
