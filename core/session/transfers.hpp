// core/session/transfers.hpp: a client's large payloads on their way in chunks, to the engine and from it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/session/assembly.hpp"
#include "core/session/client_session.hpp"
#include "core/session/task_queue.hpp"

namespace enginery::session {

/// A chunk of a large payload: of task `of` (a seq) when sent, of result `of` (an r) when fetched.
struct Part {
  std::uint64_t of;
  std::uint32_t index;
  std::uint64_t offset;
  friend bool operator==(const Part&, const Part&) = default;
};

/// The chunk requests of one direction. At most `chunks_open` wait for their answers at a time. A request that failed
/// is made again a little later. So is one that was not answered in time, and then the patience doubles. Chunks are
/// idempotent, so a late answer is as good as any other.
class Transfers {
 public:
  static constexpr unsigned kSilences = 3;

  Transfers(const Uuid& engine, const Uuid& session, const Limits& limits)
      : engine_(engine), session_(session), limits_(limits), patience_(limits.unanswered) {}

  /// Whether this answer was still wanted.
  bool answered(const Part& part);
  void failed(const Part& part, Time now);
  /// True if requests were unanswered so often in a row that the socket must be renewed.
  bool expire(Time now);
  Time deadline() const;

 protected:
  /// Makes the requests that may be made now, by `send(part, size, length)`: first those to be made again, then new
  /// ones in order. `next_of()`: the next task or result, or 0. `size_of(part)`: the size of the payload, or nothing
  /// where there is none.
  template <class NextOf, class SizeOf, class Send>
  void pump(Time now, const NextOf& next_of, const SizeOf& size_of, const Send& send);
  bool idle() const { return next_.of == 0 && open_.empty() && again_.empty(); }

  const Uuid engine_, session_;
  const Limits limits_;

 private:
  struct Open {
    Part part;
    Time since;
  };
  bool room() const { return open_.size() < limits_.chunks_open; }
  std::optional<Part> again(Time now);

  Time patience_;
  unsigned silences_ = 0;  // times in a row that requests were unanswered
  std::vector<Open> open_;
  std::vector<Part> again_;  // to be asked for again
  Time again_at_{0};
  Part next_{0, 0, 0};  // of the transfer at hand; of == 0 when there is none
};

/// Sends the chunks of those tasks that have credit, in order.
class Uploads : public Transfers {
 public:
  using Transfers::Transfers;

  /// Sends what may be sent now.
  void pump(TaskQueue& queue, std::uint64_t first_outstanding, Time now, ClientActions& out);
  /// The engine has this chunk. The task may be sent after its last one.
  void kept(const Part& part, TaskQueue& queue);
  bool under_way() const { return !idle(); }
};

/// Fetches the payloads of results in the order in which the results came.
class Downloads : public Transfers {
 public:
  using Transfers::Transfers;

  struct Arrived {
    std::uint64_t r;
    Deliver deliver;
  };
  /// Begins to fetch what `result` lacks; gives it at once if all its payloads are empty. Requires: it has large
  /// payloads, and its r is new.
  std::optional<Arrived> add(Result result);
  void pump(Time now, ClientActions& out);
  /// Whether `bytes` can be the answer for `part`.
  bool fits(const Part& part, const Bytes& bytes) const;
  /// Takes a chunk; gives the result when that was its last one. Throws std::bad_alloc.
  std::optional<Arrived> fetched(const Part& part, Bytes bytes);
  bool under_way() const { return !incoming_.empty(); }

 private:
  struct Incoming {
    Result result;
    std::vector<Assembly> payloads;
    std::size_t incomplete = 0;
  };
  Arrived finish(std::map<std::uint64_t, Incoming>::iterator place);

  std::map<std::uint64_t, Incoming> incoming_;  // by r
  std::deque<std::uint64_t> unstarted_;
};

}  // namespace enginery::session
