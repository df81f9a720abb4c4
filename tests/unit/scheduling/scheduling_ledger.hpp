// tests/unit/scheduling/scheduling_ledger.hpp: what a client knows of its work, and the rules that scheduling keeps.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <unordered_map>
#include <vector>

#include "core/scheduling/scheduler.hpp"

namespace enginery::scheduling::simulation {

/// What the rules forbid has happened.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline void demand(bool holds, const char* rule) {
  if (!holds) throw Violation(rule);
}

/// A second, plain account of everything: one record for each item, nothing sorted, nothing clever.
class Ledger {
 public:
  struct Item {
    unsigned tries = 0, deaths = 0, lost = 0, begun = 0;
    bool ended = false, sent = false;
    std::optional<Reason> must_end{};
  };
  struct Job {
    JobOptions options;
    std::vector<Item> items;
    std::uint64_t ended = 0, waiting = 0, sent = 0;
    bool awaits = true, aborted = false, failed = false, doomed = false, over = false;
    Time submitted{0}, waits_since{0};
    std::set<EngineKey> ran{};
  };
  struct Piece {
    JobId job;
    EngineKey engine;
    Items items;
    Time sent, estimate;
    bool asked_back = false;
  };
  struct Engine {
    int id;
    std::deque<PieceId> pieces;
    Time idle_since;
  };
  struct Result {
    bool ok;
    std::optional<EngineKey> ran_on;
  };

  // What the client tells the scheduler; each before it is told.
  void join(EngineKey key, int id, Time now);
  void leave(EngineKey key, Time now);
  void submit(JobId id, const JobOptions& options, Time now);
  void extend(JobId id, std::uint64_t items, Time now);
  void close(JobId id, Time now);
  void abort(JobId id, Time now);
  void settle(JobId result, bool ok, std::optional<EngineKey> ran_on, Time now);
  void taken_back(PieceId id, Time now);
  void died(PieceId id, Progress progress, Time now);
  /// After on_done(), before its actions.
  void done(PieceId id, Time ran, std::span<const std::uint64_t> failed, std::span<const std::uint64_t> again,
            Time now);
  /// An item begins on an engine, whether the client knows or not.
  void begin(PieceId id, std::uint64_t item);

  // What the scheduler answers.
  void apply(const Action& action, Time now);
  /// After all actions of one event.
  void check(const Scheduler& scheduler);
  /// Nobody has been idle beside work, and nobody has waited in vain, for longer than `slack` beyond what is allowed.
  void check_waits(Time now, Time slack, const std::function<bool(EngineKey)>& silent) const;
  bool all_over() const;

  std::map<EngineKey, Engine> engines;
  std::map<JobId, Job> jobs;
  std::unordered_map<PieceId, Piece> pieces;
  std::map<JobId, Result> results;
  bool no_more = false;

 private:
  struct Gone {
    EngineKey key;
    int id;
    Time when;
  };
  void check_send(const Send& send, Time now);
  void check_take_back(const TakeBack& action);
  void check_fail(const Fail& fail, Time now);
  /// Does the reason hold for what waits in this job?
  bool holds(const Job& job, const Fail& fail, Time now) const;
  Piece remove(PieceId id, Time now);
  void wait(Job& job, Item& item, Time now);
  void end(Job& job, Item& item);
  void end_if_over(JobId id, Time now);
  /// Jobs begin to wait for engines; those without items end without a word.
  void release(Time now);
  bool released(const Job& job) const;
  std::optional<EngineKey> pinned(const Job& job) const;
  bool may_run(const Job& job, EngineKey key, int id) const;
  static bool impossible(const Job& job);
  std::size_t servers(const Job& job) const;
  Time barren_since(const Job& job) const;

  std::map<std::uint64_t, Time> estimates_;
  std::vector<Gone> gone_;
  std::set<JobId> touched_;
  std::set<std::pair<JobId, std::uint64_t>> must_end_;
};

}  // namespace enginery::scheduling::simulation
