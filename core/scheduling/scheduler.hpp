// core/scheduling/scheduler.hpp: which engine runs what of a load-balanced view's work, and when.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include <enginery/export.hpp>

namespace enginery::scheduling {

/// Of a steady clock.
using Time = std::chrono::nanoseconds;
inline constexpr Time kNever = Time::max();

/// Work that is submitted at once: a call, which is one item, or a map of many. Its number is the shell's, never
/// reused. Results that are no jobs, and that jobs wait for, have numbers of the same kind.
using JobId = std::uint64_t;
/// One process that runs tasks. A restarted engine is another one; the number is the shell's.
using EngineKey = std::uint64_t;
/// Some items of a job that one engine is sent as one task. The number is the scheduler's.
using PieceId = std::uint64_t;

/// Neighbouring items of a job.
struct Items {
  std::uint64_t first = 0, count = 0;
  std::uint64_t end() const { return first + count; }
  bool operator==(const Items&) const = default;
};

/// Which engines may run a job, by the ids that users know.
struct Targets {
  std::optional<std::vector<int>> only{};  ///< nothing: all, also those that come later
  std::vector<int> never{};
  bool operator<(const Targets& other) const;
  bool take(int id) const;
};

struct JobOptions {
  std::uint64_t items = 1;
  bool open = false;  ///< extend() may add items, until close()
  /// Jobs with the same number take about the same time per item: calls of one function.
  std::uint64_t kind = 0;
  unsigned retries = 0;     ///< of each item that failed, or was running when its engine died
  std::uint64_t chunk = 0;  ///< items in a piece; 0: as many as take a few milliseconds
  int priority = 0;         ///< higher ones go first
  Targets targets{};
  /// How long it may wait while no engine lives that may run it; then it fails.
  Time queue_timeout = kNever;
  /// It begins once these are settled; if one failed, it fails. Those that have ended before submit() are not known
  /// any more: settle() them after it.
  std::vector<JobId> after{};
  std::vector<JobId> follow{};  ///< as `after`, and it runs on the engine where these ran
};

/// Why items end without an outcome of their own.
enum class Reason : std::uint8_t {
  died,           ///< their engine died while they ran, or may have run
  lost,           ///< they had run, and their results died with the engine
  poison,         ///< they took kPoison engines along
  unreachable,    ///< no engine came for queue_timeout; or its targets leave out where what it follows ran: `cause`
  no_engines,     ///< none can come any more
  dependency,     ///< what they waited for failed: `cause`
  scattered,      ///< what they follow ran on several engines, or on none: `cause`
  followed_dead,  ///< the engine where what they follow ran is dead: `cause`
  aborted,
};

// What the shell is to do, in this order.
struct Send {
  PieceId piece;
  EngineKey engine;
  JobId job;
  Items items;
};
/// Withdraw the piece if it certainly has not begun; the answer is on_taken_back(), or its outcome.
struct TakeBack {
  PieceId piece;
  EngineKey engine;
};
/// Ask the piece to stop; its outcome still comes.
struct Abort {
  PieceId piece;
  EngineKey engine;
};
/// These items of the job end so. There are none if a job without items fails by what it waited for.
struct Fail {
  JobId job;
  Items items;
  Reason reason;
  JobId cause = 0;
};
using Action = std::variant<Send, TakeBack, Abort, Fail>;
using Actions = std::vector<Action>;

/// How far a piece had come when its engine died.
struct Progress {
  enum class State : std::uint8_t { not_begun, running, finished, unknown } state = State::unknown;
  std::uint64_t item = 0;  ///< running: which, counted from the piece's first
};

struct EngineLoad {
  EngineKey engine;
  int id;
  std::size_t pieces;
  std::uint64_t items;
};
struct JobState {
  std::uint64_t done = 0, waiting = 0, running = 0;  // items
  std::size_t dependencies = 0;                      ///< that it waits for
};

/// (event, now) → actions. It keeps a short window of pieces ahead on each engine, as long as is needed to hide the way
/// there and back. An engine without work takes back what waits behind a busy one. No item runs twice, unless it was to
/// be tried again: what an engine's death certainly left untouched goes elsewhere by itself.
///
/// Each event costs the same however many engines, items and jobs there are, but for jobs whose targets differ, and
/// for the jobs that lose their last engine.
/// Threads: one at a time.
class ENGINERY_API Scheduler {
 public:
  /// A piece is to take so long; and so much work is kept on an engine beyond what it runs.
  static constexpr Time kPieceTime = std::chrono::milliseconds(5), kAhead = std::chrono::milliseconds(2);
  static constexpr std::size_t kMostAhead = 1000;  // pieces
  static constexpr unsigned kPoison = 3;

  Scheduler();
  ~Scheduler();

  void join(EngineKey engine, int id, Time now, Actions& out);
  /// Its pieces end by on_died(), one each, after this.
  void leave(EngineKey engine, Time now, Actions& out);
  /// None will join any more: what waits fails.
  void no_more_engines(Time now, Actions& out);
  /// How many tasks of other clients wait on an engine.
  void on_foreign_load(EngineKey engine, std::size_t tasks);

  /// Requires: `job` is greater than all before, and waits for none that is submitted later.
  void submit(JobId job, JobOptions options, Time now, Actions& out);
  /// To an open job that has failed they fail at once, until close().
  void extend(JobId job, std::uint64_t items, Time now, Actions& out);
  void close(JobId job, Time now, Actions& out);
  /// What has not been sent ends at once; what was sent is asked to stop, and is not tried again. An open job is
  /// closed.
  void abort(JobId job, Time now, Actions& out);
  /// A result that is no job has come: for the jobs that wait for it.
  void settle(JobId result, bool ok, std::optional<EngineKey> ran_on, Time now, Actions& out);

  /// The piece has its outcome, after `ran` on its engine (0: it has not run); `failed`: items that threw, ascending,
  /// counted from its first. Returns those that are tried again: the outcomes of the others are final.
  std::vector<std::uint64_t> on_done(PieceId piece, Time ran, std::span<const std::uint64_t> failed, Time now,
                                     Actions& out);
  /// It was withdrawn before it began.
  void on_taken_back(PieceId piece, Time now, Actions& out);
  /// Its engine died. Items that end by it are in Fail actions.
  void on_died(PieceId piece, Progress progress, Time now, Actions& out);

  void tick(Time now, Actions& out);
  Time next_deadline() const;

  /// Nothing once all its items have ended (and it is not open).
  std::optional<JobState> state(JobId job) const;
  std::vector<EngineLoad> loads() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace enginery::scheduling
