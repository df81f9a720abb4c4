// core/session/uploads.cpp: the large payloads of a client's tasks on their way to the engine.
#include "core/session/uploads.hpp"

#include <algorithm>

namespace enginery::session {

void Uploads::pump(TaskQueue& queue, std::uint64_t first_outstanding, Time now, ClientActions& out) {
  while (parts_.room()) {
    const std::optional<Part> part = parts_.again(now);
    if (!part) break;
    send(*part, queue, now, out);
  }
  while (parts_.room()) {
    if (next_.of == 0) {
      next_ = {queue.take_transfer(first_outstanding), 0, 0};
      if (next_.of == 0) return;
    }
    // An aborted task has lost its payloads: its transfer ends here.
    if (!queue.contains(next_.of) || next_.index >= queue.at(next_.of).bulk.size()) {
      next_.of = 0;
      continue;
    }
    if (next_.offset < queue.at(next_.of).bulk[next_.index].size()) send(next_, queue, now, out);
    next_.offset += limits_.chunk_bytes;
    if (next_.offset >= queue.at(next_.of).bulk[next_.index].size()) next_ = {next_.of, next_.index + 1, 0};
  }
}

void Uploads::send(const Part& part, TaskQueue& queue, Time now, ClientActions& out) {
  if (!queue.contains(part.of) || part.index >= queue.at(part.of).bulk.size()) return;
  const Bytes& payload = queue.at(part.of).bulk[part.index];
  const std::uint64_t length = std::min<std::uint64_t>(limits_.chunk_bytes, payload.size() - part.offset);
  parts_.opened(part, now);
  out.emplace_back(SendChunk{
      {engine_, session_, part.of, part.index, payload.size(), part.offset, payload.part(part.offset, length)}});
}

bool Uploads::answered(const Part& part, TaskQueue& queue) {
  if (!parts_.answered(part) || !queue.contains(part.of)) return false;
  TaskQueue::Entry& entry = queue.at(part.of);
  return entry.chunks_left > 0 && --entry.chunks_left == 0;
}

}  // namespace enginery::session
