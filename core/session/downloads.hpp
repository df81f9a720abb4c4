// core/session/downloads.hpp: the large payloads of results on their way to the client.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/session/assembly.hpp"
#include "core/session/client_session.hpp"
#include "core/session/open_parts.hpp"

namespace enginery::session {

/// Fetches the payloads of results in the order in which the results came, a few chunks at a time.
class Downloads {
 public:
  Downloads(const Uuid& engine, const Uuid& session, const Limits& limits)
      : engine_(engine), session_(session), limits_(limits), parts_(limits) {}

  /// Requires: `result` has large payloads, and its r is new.
  void add(Result result);
  void pump(Time now, ClientActions& out);

  struct Arrived {
    std::uint64_t r;
    Deliver deliver;
  };
  /// What came; the result when that was its last chunk. Throws std::bad_alloc.
  std::optional<Arrived> fetched(const Part& part, Bytes bytes);
  /// Results whose payloads are all empty.
  std::optional<Arrived> take_empty(std::uint64_t r);

  bool under_way() const { return !incoming_.empty(); }
  bool wanted(const Part& part) { return parts_.answered(part); }
  /// Whether `bytes` can be the answer for `part`.
  bool fits(const Part& part, const Bytes& bytes) const;
  void failed(const Part& part, Time now) { parts_.failed(part, now); }
  bool expire(Time now) { return parts_.expire(now); }
  Time deadline() const { return parts_.deadline(); }

 private:
  struct Incoming {
    Result result;
    std::vector<Assembly> payloads;
    std::size_t incomplete = 0;
  };
  void send(const Part& part, Time now, ClientActions& out);
  Arrived finish(std::map<std::uint64_t, Incoming>::iterator place);

  Uuid engine_, session_;
  Limits limits_;
  OpenParts parts_;
  std::map<std::uint64_t, Incoming> incoming_;  // by r
  std::deque<std::uint64_t> unstarted_;
  Part next_{0, 0, 0};
};

}  // namespace enginery::session
