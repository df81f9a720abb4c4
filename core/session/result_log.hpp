// core/session/result_log.hpp: the results of one session that its client has not acknowledged.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "core/session/limits.hpp"
#include "core/session/messages.hpp"

namespace enginery::session {

/// Results in the order of completion, numbered from 1. Each goes once on every link, until it is acknowledged.
class ResultLog {
 public:
  explicit ResultLog(const Limits& limits) : limits_(limits) {}

  void add(std::uint64_t seq, Ending ending, Bytes body, std::vector<Bytes> bulk, Time now);

  /// False for what was never sent.
  bool acknowledge(std::uint64_t r);
  /// A new link: all that is not acknowledged is sent again.
  void rewind();

  bool unsent() const { return sent_ < last(); }
  /// Whether what is unsent fills a message.
  bool full() const { return unsent_cost_ >= limits_.message_bytes; }
  Time ready_since() const { return ready_since_; }
  /// As many results as fit, at least one if any is unsent.
  void take(std::vector<Result>& results);

  /// Part of a payload; nothing when it is not there or not inside.
  std::optional<Bytes> part(const Fetch& fetch) const;

  std::uint64_t acknowledged() const { return acknowledged_; }
  std::uint64_t unacknowledged() const { return log_.size(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Result result;
    std::vector<Bytes> bulk;
    std::uint64_t bytes;
  };
  std::uint64_t last() const { return acknowledged_ + log_.size(); }

  Limits limits_;
  std::deque<Entry> log_;  // from acknowledged_ + 1
  std::uint64_t acknowledged_ = 0;
  std::uint64_t sent_ = 0;  // on this link, or acknowledged
  std::uint64_t ever_sent_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t unsent_cost_ = 0;
  Time ready_since_{0};  // of the first unsent
};

}  // namespace enginery::session
