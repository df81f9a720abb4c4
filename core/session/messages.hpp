// core/session/messages.hpp: what client and engine say to each other in a session, as values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <enginery/bytes.hpp>
#include <enginery/uuid.hpp>

#include "core/session/limits.hpp"

namespace enginery::session {

/// A task on its way to an engine. `seq` counts from 1 without gaps within its session.
struct Task {
  std::uint64_t seq = 0;
  bool aborted = false;                   ///< an empty entry that only keeps its seq
  Bytes body;                             ///< opaque to the session
  std::vector<std::uint64_t> bulk_sizes;  ///< of the large payloads, which travel as chunks; in bytes
  Time time_limit{0};                     ///< from its admission to its result; none when 0
};

/// What became of a task. Only `done` has a body. No Result says `no_memory`: the client concludes it from the answer
/// to a Chunk.
enum class Ending : std::uint8_t {
  done,       ///< it ran to its end; the body says what it gave or threw
  aborted,    ///< before it started
  expired,    ///< it had not started when its time was over, and does not run
  overran,    ///< it ran when its time was over, and was asked to stop
  no_memory,  ///< it did not start: the engine had none for its payloads
};

/// The one result of a task. `r` counts from 1 in the order of completion.
struct Result {
  std::uint64_t r = 0;
  std::uint64_t seq = 0;
  Ending ending = Ending::done;
  Bytes body;
  std::vector<std::uint64_t> bulk_sizes;  ///< of the large payloads, which the client fetches as chunks; in bytes
};

/// Asks that a task not run. If it runs, it is asked to stop, but not where it is to be withdrawn only.
struct Abort {
  std::uint64_t seq = 0;
  bool withdraw = false;
  Abort(std::uint64_t given_seq, bool given_withdraw = false) : seq(given_seq), withdraw(given_withdraw) {}
  bool operator==(const Abort&) const = default;
};

/// Client to engine: a long-poll. All counters are cumulative.
struct Exchange {
  Uuid engine;
  Uuid session;
  std::uint32_t link = 1;
  std::uint64_t x = 0;                             ///< counts from 1 on each link
  bool open = false;                               ///< may create the session
  std::uint64_t door = 0;                          ///< of the engine, as the client knows it; of one marked open
  bool bye = false;                                ///< the client ends the session
  std::uint64_t result_ack = 0;                    ///< every result with r <= result_ack has arrived
  std::uint64_t client_pid = 0, client_start = 0;  ///< 0 when the client is on another host
  std::vector<Task> tasks{};
  std::vector<Abort> aborts{};
  std::uint64_t origin = 0;  ///< the client's host, as the engine sees it; not on the wire
};

enum class Status : std::uint8_t {
  ok,
  stale,         ///< a lower link than the engine has seen; not processed
  unknown,       ///< no such session, and not marked open: its tasks are lost
  wrong_engine,  ///< meant for another incarnation; not processed
  busy,          ///< too many sessions; `words` say so
  no_memory,     ///< for the payload of this Chunk; nothing of it was kept
  closed_door,   ///< marked open, with a door that has closed; not processed
  later,         ///< others' unfinished payloads take all the room that there is for them; nothing was kept
};

/// Engine to client. All counters are cumulative.
struct Reply {
  Status status = Status::ok;
  std::uint64_t x = 0;
  std::uint64_t admitted = 0;
  std::uint64_t task_limit = 0;  ///< the highest seq that may be sent
  std::uint64_t byte_limit = 0;  ///< the highest total of task bytes (body and bulk) that may be sent
  std::vector<Result> results{};
  std::string words{};     ///< for people, when status is not ok
  std::uint64_t door = 0;  ///< through which sessions come now
  bool keeps = false;      ///< results of this session stay at the engine, so the client is to be heard
};

/// Client to engine, on the bulk socket: a part of a task's payload. Idempotent.
struct Chunk {
  Uuid engine, session;
  std::uint64_t seq = 0;
  std::uint32_t index = 0;              ///< which of the task's large payloads
  std::uint64_t total = 0, offset = 0;  ///< bytes
  Bytes bytes;
};
struct ChunkAnswer {
  Status status = Status::ok;
};

/// Client to engine, on the bulk socket: asks for a part of a result's payload. Idempotent.
struct Fetch {
  Uuid engine, session;
  std::uint64_t r = 0;
  std::uint32_t index = 0;
  std::uint64_t offset = 0, length = 0;  ///< bytes
};
struct Fetched {
  Status status = Status::ok;
  Bytes bytes;
};

/// What an entry takes in the envelope beside its body, roughly; without it a message of empty tasks would have no
/// bound.
inline constexpr std::uint64_t kEntryBytes = 64;

/// No task or result has more large payloads than this.
inline constexpr std::uint64_t kBulkPerEntry = 65536;

/// What a task or result counts as in credit and memory: its body and its large payloads.
inline std::uint64_t weight(const Bytes& body, const std::vector<Bytes>& bulk) {
  std::uint64_t bytes = body.size();
  for (const Bytes& payload : bulk) bytes += payload.size();
  return bytes;
}

/// How much of a message it takes.
inline std::uint64_t message_cost(const Bytes& body, std::size_t bulk_count) {
  return body.size() + kEntryBytes + 8 * bulk_count;
}

inline std::vector<std::uint64_t> sizes_of(const std::vector<Bytes>& bulk) {
  std::vector<std::uint64_t> sizes;
  sizes.reserve(bulk.size());
  for (const Bytes& payload : bulk) sizes.push_back(payload.size());
  return sizes;
}

}  // namespace enginery::session
