// core/scheduling/scheduler_state.hpp: lanes of jobs, windows of engines, and what goes from one to the other.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/scheduling/scheduler.hpp"

namespace enginery::scheduling {

/// Items that are to be sent once more.
struct Redo {
  Items items;
  unsigned tries = 0, deaths = 0;    ///< of each item
  bool singly = false;               ///< one item in a piece
  std::optional<EngineKey> avoid{};  ///< another engine is better, until then
  Time avoid_until{0};
};

struct Engine;

/// Jobs that may run on the same engines.
struct Lane {
  struct Key {
    Targets targets;  ///< sorted, each id once
    std::optional<EngineKey> pinned;
    bool operator<(const Key& other) const { return std::tie(pinned, targets) < std::tie(other.pinned, other.targets); }
  };
  /// Of jobs: higher priorities, then lower numbers first.
  using Order = std::pair<std::int64_t, JobId>;
  /// Of engines: those without work, then by others' tasks, and by the work ahead.
  using Room = std::tuple<bool, std::size_t, Time, EngineKey>;

  Key key;
  bool impossible = false;  ///< its targets leave out all
  std::size_t engines = 0;  ///< that serve it
  Time barren_since{0};     ///< while there are none
  std::set<JobId> jobs{};
  std::set<Order> ready{};                        ///< jobs with work
  std::set<Room> open{};                          ///< engines with room
  std::set<std::pair<Time, EngineKey>> hungry{};  ///< engines without work, by when they may ask for others'
  /// Pieces behind others on their engines, by when they were sent; without those that are asked back.
  std::set<std::pair<Time, PieceId>> waiting{};

  bool served_by(const Engine& engine) const;
  /// When the first hungry engine may ask for the piece that has waited longest.
  Time asks_at() const;
};

struct Job {
  /// Why none of it is sent any more.
  struct Doom {
    Reason reason;
    JobId cause;
  };

  JobId id;
  JobOptions options;
  std::uint64_t next = 0;     ///< item that was not sent yet
  std::uint64_t left = 0;     ///< items that have not ended
  std::uint64_t running = 0;  ///< items in pieces
  std::size_t awaited = 0;    ///< results
  std::vector<Redo> redo{};   ///< the last goes first
  std::set<PieceId> pieces{};
  Lane* lane = nullptr;   ///< once nothing is awaited
  Time since{0};          ///< it has waited, in its lane
  Time expires = kNever;  ///< its entry in State::timeouts
  bool failed = false;
  std::optional<Doom> doom{};
  std::optional<EngineKey> pinned{};  ///< where what it follows ran
  std::optional<EngineKey> ran_on{};  ///< where its items ended
  bool scattered = false;             ///< on several

  bool has_work() const { return !redo.empty() || next < options.items; }
  std::uint64_t waiting() const { return left - running; }
  bool aborted() const { return doom && doom->reason == Reason::aborted; }
  Lane::Order order() const { return {-std::int64_t{options.priority}, id}; }
};

struct Piece {
  Job* job;
  EngineKey engine;
  Items items;
  unsigned tries, deaths;
  Time estimate, sent;
  bool taken_back = false;  ///< the answer is on its way
};

struct Engine {
  EngineKey key;
  int id;
  std::deque<PieceId> pieces{};  ///< as they were sent
  Time ahead{0};                 ///< the estimates of all but the first
  Time asks_from{0};             ///< not before it asks for pieces of others again
  std::size_t foreign = 0;       ///< tasks of others
  std::vector<Lane*> lanes{};

  Lane::Room room() const { return {!pieces.empty(), foreign, ahead, key}; }
};

struct Scheduler::State {
  /// What was to settle the jobs that wait for it.
  struct Settled {
    JobId result;
    bool ok;
    std::optional<EngineKey> ran_on;
  };

  std::map<EngineKey, Engine> engines;
  std::unordered_map<JobId, Job> jobs;
  std::map<Lane::Key, Lane> lanes;
  std::vector<Lane*> empty_lanes;  ///< the longest empty first
  std::unordered_map<PieceId, Piece> pieces;
  std::unordered_map<std::uint64_t, Time> estimates;      ///< of one item, by kind
  std::unordered_map<JobId, std::set<JobId>> dependents;  ///< on that result
  std::deque<Settled> settled;                            ///< whose dependents do not know yet
  std::set<std::pair<Time, JobId>> avoided;               ///< a redo of the job avoids an engine until then
  std::set<std::pair<Time, JobId>> timeouts;              ///< not later than the job's patience ends; one of a job
  PieceId last_piece = 0;
  Time look = kNever;  ///< not later than a hungry engine may ask
  bool no_more = false;

  // scheduler_state.cpp: jobs, and the lanes where they wait.
  Lane& lane_of(Lane::Key key, Time now);
  void serve(Engine& engine, Lane& lane);
  void leave_lane(Job& job);
  void drop(Lane& lane);
  /// The job has got work, or has none any more.
  static void sort_in(Job& job);
  /// The job's lane has no engine: what waits fails if none can come, else for so long it is patient.
  void strand(Job& job, Time now, Actions& out);
  void on_timeouts(Time now, Actions& out);
  /// What the job has not sent ends so.
  static void fail_waiting(Job& job, Reason reason, Actions& out, JobId cause = 0);
  /// And whatever is added to it.
  static void doom(Job& job, Reason reason, Actions& out, JobId cause);
  static void end_items(Job& job, Items items, Reason reason, Actions& out, JobId cause = 0);
  /// Items go back to the front of their job.
  static void put_back(Job& job, Redo redo);
  /// Forgets the job if all of it has ended; as a result it is settled.
  void end_if_over(JobId id);
  /// Tells the dependents of all that is settled, and of what ends by that. To be called last in each event.
  void settle_all(Time now, Actions& out);
  void settle(Job& job, const Settled& result, Time now, Actions& out);
  /// Nothing is awaited any more.
  void release(Job& job, Time now, Actions& out);

  // engine_windows.cpp: what is sent to engines, and taken back.
  /// To be called around each change of an engine's pieces.
  static void unlist(const Engine& engine);
  void list(const Engine& engine) const;
  bool has_room(const Engine& engine) const;
  /// Gives an engine what it has room for. Was anything?
  bool refill(EngineKey key, Time now, Actions& out);
  /// Gives the job's work to engines that have room.
  void spread(Job& job, Time now, Actions& out);
  bool send_one(Engine& engine, Time now, Actions& out);
  void send(Engine& engine, Job& job, const Redo& taken, Time expected, Time now, Actions& out);
  /// Some of the job's items for that engine.
  static std::optional<Redo> take(Job& job, const Engine& engine, const Time* estimate, Time now);
  /// Hungry engines of the lane ask for what waits too long behind others.
  void take_back(Lane& lane, Time now, Actions& out);
  /// The piece is on its engine no more.
  Piece remove(PieceId id);
};

/// Without going beyond the end of time.
inline Time later(Time now, Time by) { return by > kNever - now ? kNever : now + by; }

}  // namespace enginery::scheduling
