// core/session/transfers.cpp: a client's large payloads on their way in chunks, to the engine and from it.
//
// Both directions work alike. A transfer walks over the payloads of one task or result, chunk by chunk, and the next
// transfer begins when the last chunk was asked for, not when it was answered: so the socket always has `chunks_open`
// requests while there is something to move. Requests to be made again go first, since what follows them waits for
// them.
#include "core/session/transfers.hpp"

#include <algorithm>

namespace enginery::session {

bool Transfers::answered(const Part& part) {
  const bool was_open = std::erase_if(open_, [&](const Open& open) { return open.part == part; }) > 0;
  const bool was_late = std::erase(again_, part) > 0;
  if (was_open) {
    patience_ = limits_.unanswered;
    silences_ = 0;
  }
  return was_open || was_late;
}

void Transfers::failed(const Part& part, Time now) {
  if (std::erase_if(open_, [&](const Open& open) { return open.part == part; }) == 0) return;
  // Not at once: a socket that refuses everything would make this a busy loop.
  if (again_.empty()) again_at_ = now + limits_.poll / 16;
  again_.push_back(part);
}

std::optional<Part> Transfers::again(Time now) {
  if (again_.empty() || now < again_at_) return std::nullopt;
  const Part part = again_.back();
  again_.pop_back();
  return part;
}

bool Transfers::expire(Time now) {
  if (patience_ == kNever) return false;
  const std::size_t before = open_.size();
  std::erase_if(open_, [&](const Open& open) {
    if (now - open.since < patience_) return false;
    if (again_.empty()) again_at_ = now;
    again_.push_back(open.part);
    return true;
  });
  if (open_.size() == before) return false;
  patience_ *= 2;
  return ++silences_ % kSilences == 0;
}

Time Transfers::deadline() const {
  Time earliest = again_.empty() || !room() ? kNever : again_at_;
  if (patience_ != kNever)
    for (const Open& open : open_) earliest = std::min(earliest, open.since + patience_);
  return earliest;
}

template <class NextOf, class SizeOf, class Send>
void Transfers::pump(Time now, const NextOf& next_of, const SizeOf& size_of, const Send& send) {
  const auto ask = [&](const Part& part, std::uint64_t size) {
    open_.push_back({part, now});
    send(part, size, std::min<std::uint64_t>(limits_.chunk_bytes, size - part.offset));
  };
  while (room()) {
    const std::optional<Part> part = again(now);
    if (!part) break;
    if (const std::optional<std::uint64_t> size = size_of(*part)) ask(*part, *size);
  }
  while (room()) {
    if (next_.of == 0) next_ = {next_of(), 0, 0};
    if (next_.of == 0) return;
    const std::optional<std::uint64_t> size = size_of(next_);
    if (!size) {
      next_.of = 0;
      continue;
    }
    if (next_.offset < *size) ask(next_, *size);
    // Compared so that a size near the end of the numbers cannot wrap.
    if (next_.offset >= *size || *size - next_.offset <= limits_.chunk_bytes)
      next_ = {next_.of, next_.index + 1, 0};
    else
      next_.offset += limits_.chunk_bytes;
  }
}

void Uploads::pump(TaskQueue& queue, std::uint64_t first_outstanding, Time now, ClientActions& out) {
  // An aborted task has lost its payloads, so its transfer ends.
  const auto size_of = [&](const Part& part) -> std::optional<std::uint64_t> {
    if (!queue.contains(part.of) || part.index >= queue.at(part.of).bulk.size()) return std::nullopt;
    return queue.at(part.of).bulk[part.index].size();
  };
  const auto send = [&](const Part& part, std::uint64_t size, std::uint64_t length) {
    out.emplace_back(SendChunk{{engine_, session_, part.of, part.index, size, part.offset,
                                queue.at(part.of).bulk[part.index].part(part.offset, length)}});
  };
  Transfers::pump(
      now, [&] { return queue.take_transfer(first_outstanding); }, size_of, send);
}

void Uploads::kept(const Part& part, TaskQueue& queue) {
  if (!answered(part) || !queue.contains(part.of)) return;
  TaskQueue::Entry& entry = queue.at(part.of);
  if (entry.chunks_left > 0) --entry.chunks_left;
}

std::optional<Downloads::Arrived> Downloads::add(Result result) {
  const std::uint64_t r = result.r;
  const auto place = incoming_.emplace(r, Incoming{}).first;
  Incoming& incoming = place->second;
  for (const std::uint64_t size : result.bulk_sizes) {
    incoming.payloads.emplace_back(size, limits_.chunk_bytes);
    if (size > 0) ++incoming.incomplete;
  }
  incoming.result = std::move(result);
  if (incoming.incomplete == 0) return finish(place);
  unstarted_.push_back(r);
  return std::nullopt;
}

void Downloads::pump(Time now, ClientActions& out) {
  const auto next_of = [&]() -> std::uint64_t {
    if (unstarted_.empty()) return 0;
    const std::uint64_t r = unstarted_.front();
    unstarted_.pop_front();
    return r;
  };
  const auto size_of = [&](const Part& part) -> std::optional<std::uint64_t> {
    const auto place = incoming_.find(part.of);
    if (place == incoming_.end() || part.index >= place->second.payloads.size()) return std::nullopt;
    return place->second.payloads[part.index].total();
  };
  const auto send = [&](const Part& part, std::uint64_t, std::uint64_t length) {
    out.emplace_back(SendFetch{{engine_, session_, part.of, part.index, part.offset, length}});
  };
  Transfers::pump(now, next_of, size_of, send);
}

bool Downloads::fits(const Part& part, const Bytes& bytes) const {
  const auto place = incoming_.find(part.of);
  return place == incoming_.end() || place->second.payloads[part.index].fits(part.offset, bytes.size());
}

std::optional<Downloads::Arrived> Downloads::fetched(const Part& part, Bytes bytes) {
  const auto place = incoming_.find(part.of);
  if (place == incoming_.end()) return std::nullopt;
  Assembly& payload = place->second.payloads[part.index];
  if (payload.complete()) return std::nullopt;
  payload.add(part.offset, std::move(bytes));
  if (!payload.complete() || --place->second.incomplete > 0) return std::nullopt;
  return finish(place);
}

Downloads::Arrived Downloads::finish(std::map<std::uint64_t, Incoming>::iterator place) {
  Incoming& incoming = place->second;
  Arrived arrived{incoming.result.r,
                  {incoming.result.seq, incoming.result.ending, std::move(incoming.result.body), {}}};
  for (Assembly& payload : incoming.payloads) arrived.deliver.bulk.push_back(payload.take());
  incoming_.erase(place);
  return arrived;
}

}  // namespace enginery::session
