// core/session/open_parts.hpp: the chunk requests that wait for their answers, and those to be made again.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/session/limits.hpp"

namespace enginery::session {

/// A chunk of a large payload: of task `of` (a seq) when sent, of result `of` (an r) when fetched.
struct Part {
  std::uint64_t of;
  std::uint32_t index;
  std::uint64_t offset;
  friend bool operator==(const Part&, const Part&) = default;
};

/// At most `chunks_open` requests at a time. A failed one is made again a little later; one that is unanswered for too
/// long as well, and the patience doubles. Chunks are idempotent, so late answers are as good as others.
class OpenParts {
 public:
  static constexpr unsigned kSilences = 3;

  explicit OpenParts(const Limits& limits) : limits_(limits), patience_(limits.unanswered) {}

  bool empty() const { return open_.empty() && again_.empty(); }
  bool room() const { return open_.size() < limits_.chunks_open; }
  void opened(const Part& part, Time now) { open_.push_back({part, now}); }
  /// Whether this answer was still wanted.
  bool answered(const Part& part);
  void failed(const Part& part, Time now);
  /// The next part to ask for again, if it is time.
  std::optional<Part> again(Time now);
  /// True if so much was asked for again in vain that the socket must be renewed.
  bool expire(Time now);
  Time deadline() const;

 private:
  struct Open {
    Part part;
    Time since;
  };
  Limits limits_;
  Time patience_;
  unsigned silences_ = 0;  // times in a row that requests were unanswered
  std::vector<Open> open_;
  std::vector<Part> again_;
  Time again_at_{0};
};

}  // namespace enginery::session
