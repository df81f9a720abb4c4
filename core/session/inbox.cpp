// core/session/inbox.cpp: what a session's client has sent and the engine has not started.
//
// Two Exchanges can be open at a time and overtake each other, so a task may come before its predecessors. It waits in
// early_ until they are there, and then all of them are admitted into queue_ in the order of seq. A task's chunks come
// before the task itself, on another socket: transfers_ keeps them until the task is admitted, which takes them over.
// A task that is aborted or expires while it is queued leaves its place there, settled, so that the place of every
// other task still follows from its seq.
#include "core/session/inbox.hpp"

#include <algorithm>
#include <limits>
#include <new>

namespace enginery::session {

/// The sum, or nothing when it does not fit into 64 bits.
static std::optional<std::uint64_t> sum(std::uint64_t first, const std::vector<std::uint64_t>& sizes) {
  for (const std::uint64_t size : sizes) {
    if (size > std::numeric_limits<std::uint64_t>::max() - first) return std::nullopt;
    first += size;
  }
  return first;
}

/// Whether `used + more <= limit`, for any numbers.
static bool within(std::uint64_t used, std::uint64_t more, std::uint64_t limit) {
  return used <= limit && more <= limit - used;
}

// Such a task may be larger than its credit: nothing else of its session is at the engine.
bool Inbox::alone(std::uint64_t seq) const {
  return seq == admitted_ + 1 && idle() &&
         (transfers_.empty() || (transfers_.begin()->first.first == seq && transfers_.rbegin()->first.first == seq));
}

bool Inbox::receive(Task task, Time now, std::vector<std::uint64_t>& aborted) {
  if (task.seq <= admitted_) return true;  // repeated on a new link
  if (task.seq > task_limit_ || task.bulk_sizes.size() > kBulkPerEntry) return false;
  const std::optional<std::uint64_t> bytes = sum(task.body.size(), task.bulk_sizes);
  if (!bytes) return false;
  if (task.seq > admitted_ + 1 && early_.contains(task.seq)) return true;
  if (!within(admitted_bytes_ + early_bytes_, *bytes, byte_limit_) && !alone(task.seq)) return false;
  if (task.seq > admitted_ + 1) {
    early_bytes_ += *bytes;
    early_.emplace(task.seq, std::move(task));
    return true;
  }
  if (!admit(std::move(task), now, aborted)) return false;
  while (!early_.empty() && early_.begin()->first <= admitted_ + 1) {
    Task next = std::move(early_.begin()->second);
    early_.erase(early_.begin());
    early_bytes_ -= *sum(next.body.size(), next.bulk_sizes);
    if (next.seq == admitted_ + 1 && !admit(std::move(next), now, aborted)) return false;
  }
  return true;
}

bool Inbox::admit(Task task, Time now, std::vector<std::uint64_t>& aborted) {
  const bool run = !task.aborted && (early_aborts_.empty() || early_aborts_.erase(task.seq) == 0);
  Queued queued;
  queued.bytes = *sum(task.body.size(), task.bulk_sizes);
  queued.settled = !run;
  if (run) {
    if (!task.bulk_sizes.empty() && !take_bulk(task, queued.bulk)) return false;
    queued.body = std::move(task.body);
    if (task.time_limit > Time{0} && task.time_limit < kNever - now)
      deadlines_.emplace(queued.deadline = now + task.time_limit, task.seq);
    ++queued_;
    ++unfinished_;
  } else {
    if (task.aborted && queued.bytes > 0) return false;
    early_aborts_.erase(task.seq);
    finished_bytes_ += queued.bytes;
    aborted.push_back(task.seq);
  }
  if (!transfers_.empty()) drop_transfers(task.seq);
  admitted_ = task.seq;
  admitted_bytes_ += queued.bytes;
  queue_.push_back(std::move(queued));
  return true;
}

bool Inbox::take_bulk(const Task& task, std::vector<Bytes>& bulk) {
  for (std::uint32_t index = 0; index < task.bulk_sizes.size(); ++index) {
    if (task.bulk_sizes[index] == 0) {
      bulk.emplace_back();
      continue;
    }
    const auto place = transfers_.find({task.seq, index});
    if (place == transfers_.end() || place->second.total() != task.bulk_sizes[index] || !place->second.complete())
      return false;
    bulk.push_back(place->second.take());
  }
  return true;
}

void Inbox::drop_transfers(std::uint64_t seq) {
  while (!transfers_.empty() && transfers_.begin()->first.first <= seq) {
    transfer_bytes_ -= transfers_.begin()->second.total();
    transfers_.erase(transfers_.begin());
  }
}

Status Inbox::receive(const Chunk& chunk, std::uint64_t room) {
  if (chunk.seq <= admitted_) return Status::ok;
  // Tasks are sent in order, each after its chunks. A later task has come, so all chunks of this one are here already,
  // or the client gave it up.
  if (!early_.empty() && early_.rbegin()->first > chunk.seq) return Status::ok;
  if (chunk.seq > task_limit_ || chunk.index >= kBulkPerEntry) return Status::unknown;
  const TransferKey key{chunk.seq, chunk.index};
  auto place = transfers_.find(key);
  Assembly fresh(chunk.total, limits_.chunk_bytes);
  Assembly& payload = place == transfers_.end() ? fresh : place->second;
  if (payload.total() != chunk.total || !payload.fits(chunk.offset, chunk.bytes.size())) return Status::unknown;
  if (place == transfers_.end()) {
    if (!within(admitted_bytes_ + transfer_bytes_, chunk.total, byte_limit_)) {
      if (!alone(chunk.seq)) return Status::unknown;
      if (!within(transfer_bytes_, chunk.total, limits_.largest_task)) throw std::bad_alloc();
      if (!within(transfer_bytes_, chunk.total, room)) return Status::later;
    }
    payload.add(chunk.offset, chunk.bytes);
    transfers_.emplace(key, std::move(fresh));
    transfer_bytes_ += chunk.total;
  } else {
    payload.add(chunk.offset, chunk.bytes);
  }
  return Status::ok;
}

Inbox::Abort Inbox::abort(std::uint64_t seq) {
  if (seq > admitted_) {
    if (seq <= task_limit_) early_aborts_.insert(seq);
    return Abort::noted;
  }
  const std::uint64_t first = admitted_ - queue_.size() + 1;
  if (seq < first) return Abort::started;
  Queued& queued = queue_[seq - first];
  if (queued.settled) return Abort::noted;
  settle(seq, queued);
  return Abort::queued;
}

std::optional<std::uint64_t> Inbox::expire(Time now) {
  if (deadline() > now) return std::nullopt;
  const std::uint64_t seq = deadlines_.begin()->second;
  settle(seq, queue_[seq - (admitted_ - queue_.size() + 1)]);
  return seq;
}

void Inbox::settle(std::uint64_t seq, Queued& queued) {
  if (queued.deadline != kNever) deadlines_.erase({queued.deadline, seq});
  const std::uint64_t bytes = queued.bytes;
  queued = Queued{};
  queued.settled = true;
  --queued_;
  --unfinished_;
  finished_bytes_ += bytes;
}

std::pair<std::uint64_t, Inbox::Queued> Inbox::take() {
  while (queue_.front().settled) queue_.pop_front();
  std::pair<std::uint64_t, Queued> taken{admitted_ - queue_.size() + 1, std::move(queue_.front())};
  queue_.pop_front();
  if (taken.second.deadline != kNever) deadlines_.erase({taken.second.deadline, taken.first});
  --queued_;
  running_ = taken.first;
  return taken;
}

void Inbox::finished(std::uint64_t bytes) {
  running_ = 0;
  --unfinished_;
  finished_bytes_ += bytes;
}

void Inbox::raise_limits(std::uint64_t acknowledged, std::uint64_t grant) {
  // A settled task leaves the queue only when those before it have left: without the second bound the queue would grow
  // for ever behind a long task.
  while (!queue_.empty() && queue_.front().settled) queue_.pop_front();
  const std::uint64_t before = running_ > 0 ? running_ - 1 : admitted_ - queue_.size();
  task_limit_ = std::max(task_limit_, std::min(acknowledged + limits_.tasks_ahead, before + 4 * limits_.tasks_ahead));
  byte_limit_ = std::max(byte_limit_, finished_bytes_ + grant);
}

}  // namespace enginery::session
