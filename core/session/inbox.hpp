// core/session/inbox.hpp: what a session's client has sent and the engine has not started.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/session/assembly.hpp"
#include "core/session/messages.hpp"

namespace enginery::session {

/// The reorder buffer, the chunks of tasks to come, and the queue of admitted tasks of one session.
///
/// Everything that comes from outside is checked against the limits that were granted; a function that returns false
/// tells that the client broke them, and the session must end.
class Inbox {
 public:
  struct Queued {
    Bytes body;
    std::vector<Bytes> bulk;
    std::uint64_t bytes = 0;
    Time deadline = kNever;
    bool settled = false;  ///< its result is there already; it only keeps its place
  };

  explicit Inbox(const Limits& limits)
      : limits_(limits), task_limit_(limits.tasks_ahead), byte_limit_(limits.bytes_ahead) {}

  /// Admits `task` if it is the next, then those that waited for it. Appends the seqs of tasks that shall not run to
  /// `aborted`.
  bool receive(Task task, Time now, std::vector<std::uint64_t>& aborted);
  /// Stores a chunk of a task that is not admitted yet; drops those of others. `room`: what the task may have beyond
  /// its credit, if it is alone. `later`: nothing was kept, and the client may ask again; `unknown`: the client broke
  /// its limits. Throws std::bad_alloc.
  Status receive(const Chunk& chunk, std::uint64_t room);

  enum class Abort : std::uint8_t { noted, queued, started };
  /// `queued`: it will not run and its result is due now. `started`: it runs or has finished.
  Abort abort(std::uint64_t seq);

  /// A queued task whose time is over, if there is one: it will not run and its result is due now.
  std::optional<std::uint64_t> expire(Time now);
  /// When the first queued task's time is over.
  Time deadline() const { return deadlines_.empty() ? kNever : deadlines_.begin()->first; }

  bool empty() const { return queued_ == 0; }
  std::uint64_t queued() const { return queued_; }
  /// The next task to run and its seq. Requires: !empty().
  std::pair<std::uint64_t, Queued> take();
  /// A task that take() gave has its result, though it may still run.
  void finished(std::uint64_t bytes);

  /// Nothing waits to be run, is running, or lacks a predecessor.
  bool idle() const { return unfinished_ == 0 && early_.empty(); }
  std::uint64_t admitted() const { return admitted_; }
  std::uint64_t admitted_bytes() const { return admitted_bytes_; }
  std::uint64_t unfinished_bytes() const { return admitted_bytes_ - finished_bytes_; }
  std::uint64_t held_bytes() const { return unfinished_bytes() + early_bytes_ + transfer_bytes_; }
  /// How much of that is more than was granted: only a task that was alone can have more.
  std::uint64_t beyond_credit() const {
    const std::uint64_t come = admitted_bytes_ + early_bytes_ + transfer_bytes_;
    return come > byte_limit_ ? come - byte_limit_ : 0;
  }
  /// A task that is larger than its credit has come in part.
  bool half_given() const { return transfer_bytes_ > 0 && beyond_credit() > 0; }

  /// Limits never sink. `acknowledged`: results; `grant`: bytes that may be ahead of what is finished.
  void raise_limits(std::uint64_t acknowledged, std::uint64_t grant);
  std::uint64_t task_limit() const { return task_limit_; }
  std::uint64_t byte_limit() const { return byte_limit_; }
  /// Bytes that the client may still make the engine hold, used or not.
  std::uint64_t committed() const { return byte_limit_ > finished_bytes_ ? byte_limit_ - finished_bytes_ : 0; }

 private:
  using TransferKey = std::pair<std::uint64_t, std::uint32_t>;  // seq, index

  bool admit(Task task, Time now, std::vector<std::uint64_t>& aborted);
  bool take_bulk(const Task& task, std::vector<Bytes>& bulk);
  void drop_transfers(std::uint64_t seq);
  /// Its result is there; only its place in the queue is left.
  void settle(std::uint64_t seq, Queued& queued);
  bool alone(std::uint64_t seq) const;

  Limits limits_;
  std::map<std::uint64_t, Task> early_;  // came before their predecessors
  std::map<TransferKey, Assembly> transfers_;
  std::set<std::uint64_t> early_aborts_;
  std::deque<Queued> queue_;                            // up to admitted_
  std::set<std::pair<Time, std::uint64_t>> deadlines_;  // of those that have one, with the seq
  std::uint64_t queued_ = 0;                            // of those, not settled
  std::uint64_t unfinished_ = 0;                        // queued or running
  std::uint64_t running_ = 0;                           // seq, or 0
  std::uint64_t admitted_ = 0, admitted_bytes_ = 0, finished_bytes_ = 0, early_bytes_ = 0, transfer_bytes_ = 0;
  std::uint64_t task_limit_, byte_limit_;
};

}  // namespace enginery::session
