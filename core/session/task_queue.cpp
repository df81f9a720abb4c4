// core/session/task_queue.cpp: the client's tasks that the engine has not admitted yet.
//
// Three numbers run through the queue. sent_: the tasks up to it were sent on this link. ever_sent_: they were sent on
// some link, so they had credit then and stay as they are. started_: their chunks may have been sent, ahead of the
// tasks themselves. Credit counts the bytes of all tasks up to a seq, so sent_ and started_ have their totals beside
// them.
#include "core/session/task_queue.hpp"

#include <algorithm>

namespace enginery::session {

bool TaskQueue::has_room(std::uint64_t bytes) const {
  if (entries_.empty()) return true;
  return entries_.size() < limits_.queue_tasks && bytes <= limits_.queue_bytes && bytes_ <= limits_.queue_bytes - bytes;
}

void TaskQueue::push(Bytes body, std::vector<Bytes> bulk, Time time_limit) {
  Entry& entry = entries_.emplace_back();
  entry.bytes = weight(body, bulk);
  for (const Bytes& payload : bulk)
    entry.chunks_left += (payload.size() + limits_.chunk_bytes - 1) / limits_.chunk_bytes;
  entry.body = std::move(body);
  entry.bulk = std::move(bulk);
  entry.time_limit = time_limit;
  if (entry.chunks_left > 0) ++transfers_waiting_;
  bytes_ += entry.bytes;
}

void TaskQueue::abort_unsent(std::uint64_t seq) {
  Entry& entry = at(seq);
  bytes_ -= entry.bytes;
  const bool transfer = !entry.bulk.empty() && entry.bytes > 0;
  if (seq <= started_) {
    started_total_ -= entry.bytes;
    if (transfer) abandoned_ += entry.abandoned = entry.bytes;
  } else if (entry.chunks_left > 0) {
    --transfers_waiting_;
  }
  const std::uint64_t abandoned = entry.abandoned;
  entry = Entry{};
  entry.abandoned = abandoned;
  entry.aborted = true;
}

bool TaskQueue::credit(std::uint64_t seq, std::uint64_t total, std::uint64_t first_outstanding) const {
  if (seq > task_limit_) return false;
  // The lone task of any size: nothing of this session is left at the engine.
  return total <= byte_limit_ || first_outstanding >= seq;
}

std::uint64_t TaskQueue::take(std::uint64_t room, std::uint64_t first_outstanding, std::vector<Task>& tasks) {
  std::uint64_t used = 0;
  if (const std::uint64_t unsent = admitted_ + entries_.size() - sent_; unsent > 0)
    tasks.reserve(std::min<std::uint64_t>({unsent, limits_.message_bytes / kEntryBytes + 1, limits_.tasks_ahead}));
  while (sent_ - admitted_ < entries_.size()) {
    const std::uint64_t seq = sent_ + 1;
    const Entry& entry = at(seq);
    if (entry.chunks_left > 0) break;
    // What was sent once had its credit then.
    if (seq > ever_sent_ && !credit(seq, sent_total_ + entry.bytes, first_outstanding)) break;
    const std::uint64_t cost = message_cost(entry.body, entry.bulk.size());
    if (used > 0 && used + cost > room) break;
    used += cost;
    tasks.push_back({seq, entry.aborted, entry.body, sizes_of(entry.bulk), entry.time_limit});
    sent_ = seq;
    sent_total_ += entry.bytes;
    ever_sent_ = std::max(ever_sent_, seq);
    if (sent_ > started_) {
      started_ = sent_;
      started_total_ = sent_total_;
    }
  }
  return used;
}

bool TaskQueue::blocked(std::uint64_t first_outstanding) const {
  if (sent_ - admitted_ >= entries_.size()) return false;
  const std::uint64_t seq = std::max(sent_, started_) + 1;
  if (!contains(seq)) return false;
  const Entry& entry = entries_[seq - admitted_ - 1];
  const std::uint64_t total = seq == sent_ + 1 ? sent_total_ : started_total_;
  return seq > ever_sent_ && !credit(seq, total + entry.bytes, first_outstanding);
}

std::uint64_t TaskQueue::take_transfer(std::uint64_t first_outstanding) {
  while (transfers_waiting_ > 0 && contains(started_ + 1)) {
    const std::uint64_t seq = started_ + 1;
    const Entry& entry = at(seq);
    if (!credit(seq, started_total_ + entry.bytes + abandoned_, first_outstanding)) return 0;
    started_ = seq;
    started_total_ += entry.bytes;
    if (entry.chunks_left == 0) continue;
    --transfers_waiting_;
    return seq;
  }
  return 0;
}

void TaskQueue::admit(std::uint64_t admitted) {
  while (admitted_ < admitted) {
    const Entry& entry = entries_.front();
    bytes_ -= entry.bytes;
    admitted_total_ += entry.bytes;
    abandoned_ -= entry.abandoned;
    entries_.pop_front();
    ++admitted_;
  }
  if (sent_ < admitted_) {
    sent_ = admitted_;
    sent_total_ = admitted_total_;
  }
}

void TaskQueue::raise_limits(std::uint64_t tasks, std::uint64_t bytes) {
  task_limit_ = std::max(task_limit_, tasks);
  byte_limit_ = std::max(byte_limit_, bytes);
}

void TaskQueue::rewind() {
  sent_ = admitted_;
  sent_total_ = admitted_total_;
}

}  // namespace enginery::session
