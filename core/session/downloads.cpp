// core/session/downloads.cpp: the large payloads of results on their way to the client.
#include "core/session/downloads.hpp"

#include <algorithm>

namespace enginery::session {

void Downloads::add(Result result) {
  Incoming incoming;
  for (const std::uint64_t size : result.bulk_sizes) {
    incoming.payloads.emplace_back(size, limits_.chunk_bytes);
    if (size > 0) ++incoming.incomplete;
  }
  const std::uint64_t r = result.r;
  if (incoming.incomplete > 0) unstarted_.push_back(r);
  incoming.result = std::move(result);
  incoming_.emplace(r, std::move(incoming));
}

void Downloads::pump(Time now, ClientActions& out) {
  while (parts_.room()) {
    const std::optional<Part> part = parts_.again(now);
    if (!part) break;
    send(*part, now, out);
  }
  while (parts_.room()) {
    if (next_.of == 0) {
      if (unstarted_.empty()) return;
      next_ = {unstarted_.front(), 0, 0};
      unstarted_.pop_front();
    }
    const auto place = incoming_.find(next_.of);
    if (place == incoming_.end() || next_.index >= place->second.payloads.size()) {
      next_.of = 0;
      continue;
    }
    const std::uint64_t size = place->second.payloads[next_.index].total();
    if (next_.offset < size) send(next_, now, out);
    // Compared so that a size near the end of the numbers cannot wrap.
    if (next_.offset >= size || size - next_.offset <= limits_.chunk_bytes)
      next_ = {next_.of, next_.index + 1, 0};
    else
      next_.offset += limits_.chunk_bytes;
  }
}

void Downloads::send(const Part& part, Time now, ClientActions& out) {
  const auto place = incoming_.find(part.of);
  if (place == incoming_.end()) return;
  const std::uint64_t size = place->second.payloads[part.index].total();
  parts_.opened(part, now);
  out.emplace_back(SendFetch{{engine_, session_, part.of, part.index, part.offset,
                              std::min<std::uint64_t>(limits_.chunk_bytes, size - part.offset)}});
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

std::optional<Downloads::Arrived> Downloads::take_empty(std::uint64_t r) {
  const auto place = incoming_.find(r);
  if (place == incoming_.end() || place->second.incomplete > 0) return std::nullopt;
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
