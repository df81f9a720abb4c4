// core/session/engine_session.hpp: one session, seen from the engine: its tasks, its results, and whose turn it is.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>

#include "core/session/engine_sessions.hpp"
#include "core/session/inbox.hpp"

namespace enginery::session {

/// Numbers from 1 that come nearly in order.
class SeenNumbers {
 public:
  /// How far others may be ahead of a missing number; an honest client never comes near it.
  static constexpr std::uint64_t kAhead = 4096;

  bool plausible(std::uint64_t x) const { return x > 0 && x <= contiguous_ + kAhead; }

  /// True when `x` comes for the first time. Requires: plausible().
  bool note(std::uint64_t x) {
    if (x <= contiguous_) return false;
    if (x > contiguous_ + 1) return above_.insert(x).second;
    ++contiguous_;
    for (; !above_.empty() && *above_.begin() == contiguous_ + 1; ++contiguous_) above_.erase(above_.begin());
    return true;
  }

 private:
  std::uint64_t contiguous_ = 0;
  std::set<std::uint64_t> above_;
};

/// Results in the order of completion, numbered from 1. Each goes once on every link, until it is acknowledged.
class ResultLog {
 public:
  explicit ResultLog(const Limits& limits) : limits_(limits) {}

  void add(std::uint64_t seq, Ending ending, Bytes body, std::vector<Bytes> bulk, Time now);

  /// False for what was never sent.
  bool acknowledge(std::uint64_t r);
  /// A new link: all that is not acknowledged is sent again.
  void rewind();

  bool unsent() const { return sent_ < last(); }
  /// Whether what is unsent fills a message.
  bool full() const { return unsent_cost_ >= limits_.message_bytes; }
  Time ready_since() const { return ready_since_; }
  /// As many results as fit, at least one if any is unsent.
  void take(std::vector<Result>& results);

  /// Part of a payload; nothing when it is not there or not inside.
  std::optional<Bytes> part(const Fetch& fetch) const;

  std::uint64_t acknowledged() const { return acknowledged_; }
  std::uint64_t unacknowledged() const { return log_.size(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Result result;
    std::vector<Bytes> bulk;
    std::uint64_t bytes;
  };
  std::uint64_t last() const { return acknowledged_ + log_.size(); }

  Limits limits_;
  std::deque<Entry> log_;  // from acknowledged_ + 1
  std::uint64_t acknowledged_ = 0;
  std::uint64_t sent_ = 0;  // on this link, or acknowledged
  std::uint64_t ever_sent_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t unsent_cost_ = 0;
  Time ready_since_{0};  // of the first unsent
};

/// One client's tasks, results and link at an engine, and the one Exchange of it that waits for its answer.
class EngineSession {
 public:
  EngineSession(const Uuid& session, const Limits& limits, Time now)
      : id(session),
        inbox(limits),
        results(limits),
        heard(now),
        limits_(limits),
        told_tasks_(limits.tasks_ahead),
        told_bytes_(limits.bytes_ahead) {}

  /// What an Exchange says, but not its answer. False when it breaks the protocol.
  /// Requires: it is of this session and link, and its x was noted.
  bool process(Exchange& exchange, std::uint64_t running, Time now, EngineActions& out);

  /// Queued tasks whose time is over have their result, and do not run.
  void expire(Time now);

  /// A higher link than before: the Exchange that waits on the old one is answered without results, and all results are
  /// sent again.
  void change_link(std::uint32_t link, EngineActions& out);

  /// Lets the newest Exchange wait and answers the other one.
  void park(Ticket ticket, std::uint64_t x, Time now, EngineActions& out);
  /// Answers the waiting Exchange if it is time. `running`: a task of this session runs.
  void settle(bool running, Time now, EngineActions& out);
  /// Answers it now, with nothing but `status`.
  void dismiss(Status status, const std::string& words, EngineActions& out);
  /// An answer with this session's counters, and its results if `with_results`.
  Reply reply(std::uint64_t x, bool with_results);

  /// Whether a task may start: not while too many results wait for acknowledgement.
  bool runnable() const { return !inbox.empty() && results.bytes() <= limits_.result_bytes; }
  /// Whether its client has nothing here: no task, no part of one, no result. A client that has something here and
  /// lives is heard every few seconds.
  bool idle() const { return inbox.idle() && inbox.held_bytes() == 0 && results.unacknowledged() == 0 && !keeps; }
  Time deadline() const;

  Uuid id;
  std::uint32_t link = 0;
  SeenNumbers seen;
  Inbox inbox;
  ResultLog results;
  Time heard;
  std::uint64_t client_pid = 0, client_start = 0;
  std::uint64_t origin = 0;               ///< its client's host
  std::uint64_t door = 0;                 ///< what its client is told
  bool keeps = false;                     ///< results of it stay at the engine
  std::uint64_t committed = 0, held = 0;  ///< its part in the engine's budget when that was last reckoned
  bool has_turn = false;                  ///< it is in the circle of those that can run

 private:
  struct Parked {
    Ticket ticket;
    std::uint64_t x;
    Time since;
  };
  bool due(bool running, Time now) const;
  /// Answers the waiting Exchange. Requires: there is one.
  void answer(bool with_results, EngineActions& out);

  Limits limits_;
  std::optional<Parked> parked_;
  std::uint64_t told_tasks_, told_bytes_;  // the limits that the client knows
};

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
