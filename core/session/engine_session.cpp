// core/session/engine_session.cpp: one session, seen from the engine.
//
// The engine can speak to its client only by answering an Exchange, so it parks the newest one until it has something
// to say: due() decides. Answering at once would cost a round trip for each result; answering late would let the client
// wait for results or for credit.
//
// An answer may be lost with its link, so a result stays in the log after it was sent, until the client acknowledges
// it. sent_ divides the log into what this link has carried and what it has not; a new link sets sent_ back.
#include "core/session/engine_session.hpp"

#include <algorithm>

namespace enginery::session {

void ResultLog::add(std::uint64_t seq, Ending ending, Bytes body, std::vector<Bytes> bulk, Time now) {
  if (!unsent()) ready_since_ = now;
  const std::uint64_t bytes = weight(body, bulk);
  bytes_ += bytes;
  unsent_cost_ += message_cost(body, bulk.size());
  Result result{last() + 1, seq, ending, std::move(body), sizes_of(bulk)};
  log_.push_back({std::move(result), std::move(bulk), bytes});
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

bool EngineSession::process(Exchange& exchange, std::uint64_t running, Time now, EngineActions& out) {
  if (!results.acknowledge(exchange.result_ack)) return false;
  std::vector<std::uint64_t> aborted;
  for (Task& task : exchange.tasks)
    if (!inbox.receive(std::move(task), now, aborted)) return false;
  for (const std::uint64_t seq : aborted) results.add(seq, Ending::aborted, {}, {}, now);
  for (const auto& [seq, withdraw] : exchange.aborts) {
    const Inbox::Abort how = inbox.abort(seq);
    if (how == Inbox::Abort::queued) results.add(seq, Ending::aborted, {}, {}, now);
    if (how == Inbox::Abort::started && seq == running && !withdraw) out.emplace_back(StopTask{id, seq});
  }
  return true;
}

void EngineSession::expire(Time now) {
  while (const auto seq = inbox.expire(now)) results.add(*seq, Ending::expired, {}, {}, now);
}

void EngineSession::change_link(std::uint32_t number, EngineActions& out) {
  if (parked_) answer(false, out);
  link = number;
  seen = SeenNumbers{};
  results.rewind();
}

void EngineSession::park(Ticket ticket, std::uint64_t x, Time now, EngineActions& out) {
  if (parked_ && x < parked_->x) {
    out.emplace_back(AnswerExchange{ticket, reply(x, true)});
    return;
  }
  if (parked_) answer(true, out);
  parked_ = Parked{ticket, x, now};
}

bool EngineSession::due(bool running, Time now) const {
  if (now - parked_->since >= limits_.poll) return true;
  if (results.unsent()) {
    if (results.full() || now - results.ready_since() >= limits_.result_delay) return true;
    if (!running && !runnable()) return true;
  } else if (inbox.idle()) {
    return true;
  }
  // The client has used up the limits that it knows, and they are higher now.
  if (inbox.admitted() >= told_tasks_ && inbox.task_limit() > told_tasks_) return true;
  const bool few_bytes = inbox.admitted_bytes() + limits_.bytes_ahead / 2 > told_bytes_;
  return few_bytes && inbox.byte_limit() - told_bytes_ > limits_.bytes_ahead / 4;
}

void EngineSession::settle(bool running, Time now, EngineActions& out) {
  if (parked_ && due(running, now)) answer(true, out);
}

void EngineSession::answer(bool with_results, EngineActions& out) {
  out.emplace_back(AnswerExchange{parked_->ticket, reply(parked_->x, with_results)});
  parked_.reset();
}

void EngineSession::dismiss(Status status, const std::string& words, EngineActions& out) {
  if (!parked_) return;
  out.emplace_back(AnswerExchange{parked_->ticket, {.status = status, .x = parked_->x, .words = words}});
  parked_.reset();
}

Reply EngineSession::reply(std::uint64_t x, bool with_results) {
  Reply answer;
  answer.x = x;
  answer.admitted = inbox.admitted();
  answer.task_limit = told_tasks_ = inbox.task_limit();
  answer.byte_limit = told_bytes_ = inbox.byte_limit();
  answer.door = door;
  answer.keeps = keeps;
  if (with_results) results.take(answer.results);
  return answer;
}

Time EngineSession::deadline() const {
  Time earliest = std::min(heard + limits_.silence, inbox.deadline());
  if (inbox.half_given()) earliest = std::min(earliest, heard + limits_.unheard);
  if (!parked_) return earliest;
  earliest = std::min(earliest, parked_->since + limits_.poll);
  if (results.unsent()) earliest = std::min(earliest, results.ready_since() + limits_.result_delay);
  return earliest;
}

}  // namespace enginery::session
