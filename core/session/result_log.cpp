// core/session/result_log.cpp: the results of one session that its client has not acknowledged.
//
// An answer may be lost with its link, so a result stays in the log after it was sent, until the client acknowledges
// it. sent_ divides the log into what this link has carried and what it has not; a new link sets sent_ back.
#include "core/session/result_log.hpp"

#include <algorithm>

namespace enginery::session {

void ResultLog::add(std::uint64_t seq, Ending ending, Bytes body, std::vector<Bytes> bulk, Time now) {
  if (!unsent()) ready_since_ = now;
  const std::uint64_t bytes = weight(body, bulk);
  bytes_ += bytes;
  unsent_cost_ += message_cost(body, bulk.size());
  Entry& entry = log_.emplace_back();
  entry.result = {last(), seq, ending, std::move(body), sizes_of(bulk)};
  entry.bulk = std::move(bulk);
  entry.bytes = bytes;
}

bool ResultLog::acknowledge(std::uint64_t r) {
  if (r > ever_sent_) return false;
  for (; acknowledged_ < r; ++acknowledged_) {
    const Entry& entry = log_.front();
    bytes_ -= entry.bytes;
    if (acknowledged_ + 1 > sent_) unsent_cost_ -= message_cost(entry.result.body, entry.bulk.size());
    log_.pop_front();
  }
  sent_ = std::max(sent_, acknowledged_);
  return true;
}

void ResultLog::rewind() {
  for (; sent_ > acknowledged_; --sent_) {
    const Entry& entry = log_[sent_ - acknowledged_ - 1];
    unsent_cost_ += message_cost(entry.result.body, entry.bulk.size());
  }
  ready_since_ = Time{0};  // long ago: the client should have had them
}

void ResultLog::take(std::vector<Result>& results) {
  std::uint64_t used = 0;
  results.reserve(std::min<std::uint64_t>(last() - sent_, limits_.message_bytes / kEntryBytes + 1));
  while (unsent()) {
    const Entry& entry = log_[sent_ - acknowledged_];
    const std::uint64_t cost = message_cost(entry.result.body, entry.bulk.size());
    if (used > 0 && used + cost > limits_.message_bytes) break;
    used += cost;
    unsent_cost_ -= cost;
    results.push_back(entry.result);
    ++sent_;
  }
  ever_sent_ = std::max(ever_sent_, sent_);
}

std::optional<Bytes> ResultLog::part(const Fetch& fetch) const {
  if (fetch.r <= acknowledged_ || fetch.r > last()) return std::nullopt;
  const Entry& entry = log_[fetch.r - acknowledged_ - 1];
  if (fetch.index >= entry.bulk.size()) return std::nullopt;
  const Bytes& payload = entry.bulk[fetch.index];
  if (fetch.offset > payload.size() || fetch.length > payload.size() - fetch.offset ||
      fetch.length > limits_.chunk_bytes)
    return std::nullopt;
  return payload.part(fetch.offset, fetch.length);
}

}  // namespace enginery::session
