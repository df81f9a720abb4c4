// core/session/task_queue.hpp: the client's tasks that the engine has not admitted yet.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/session/messages.hpp"

namespace enginery::session {

/// Tasks from admitted() + 1 on. A link sends them in order, as far as credit and their chunks allow; a new link begins
/// again behind what is admitted.
class TaskQueue {
 public:
  struct Entry {
    Bytes body;
    std::vector<Bytes> bulk;
    std::uint64_t bytes = 0;
    std::uint64_t chunks_left = 0;  ///< not sent before these are answered
    std::uint64_t abandoned = 0;    ///< bytes that the engine may hold for an aborted transfer
    bool aborted = false;
    Time time_limit{0};
  };

  explicit TaskQueue(const Limits& limits)
      : limits_(limits), task_limit_(limits.tasks_ahead), byte_limit_(limits.bytes_ahead) {}

  bool has_room(std::uint64_t bytes) const;
  void push(Bytes body, std::vector<Bytes> bulk, Time time_limit = Time{0});
  /// Requires: contains(seq).
  Entry& at(std::uint64_t seq) { return entries_[seq - admitted_ - 1]; }
  bool contains(std::uint64_t seq) const { return seq > admitted_ && seq - admitted_ <= entries_.size(); }

  /// Not sent and not to be run: an empty entry keeps its place. Requires: contains(seq), seq > ever_sent().
  void abort_unsent(std::uint64_t seq);

  /// Moves what may go now into `tasks`, at most `room` bytes of a message. `first_outstanding`: that seq has no
  /// outcome yet and all before it have. Returns the bytes taken.
  std::uint64_t take(std::uint64_t room, std::uint64_t first_outstanding, std::vector<Task>& tasks);
  /// Whether the next task waits for credit, and for nothing else.
  bool blocked(std::uint64_t first_outstanding) const;

  /// The next task whose chunks may be sent, or 0. Each is given once.
  std::uint64_t take_transfer(std::uint64_t first_outstanding);
  bool has_transfers() const { return transfers_waiting_ > 0; }

  void admit(std::uint64_t admitted);
  void raise_limits(std::uint64_t tasks, std::uint64_t bytes);
  /// A new link: everything that is not admitted is sent again.
  void rewind();

  std::uint64_t admitted() const { return admitted_; }
  std::uint64_t sent() const { return sent_; }  ///< on this link, or admitted
  std::uint64_t ever_sent() const { return ever_sent_; }

 private:
  bool credit(std::uint64_t seq, std::uint64_t total, std::uint64_t first_outstanding) const;

  Limits limits_;
  std::deque<Entry> entries_;
  std::uint64_t bytes_ = 0;
  std::uint64_t admitted_ = 0, sent_ = 0, ever_sent_ = 0;
  std::uint64_t admitted_total_ = 0, sent_total_ = 0;  // bytes of all tasks up to that seq
  std::uint64_t started_ = 0, started_total_ = 0;      // the same for tasks whose transfer may have begun
  std::uint64_t abandoned_ = 0;
  std::uint64_t transfers_waiting_ = 0;
  std::uint64_t task_limit_, byte_limit_;
};

}  // namespace enginery::session
