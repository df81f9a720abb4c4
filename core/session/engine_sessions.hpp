// core/session/engine_sessions.hpp: the engine's side of all its sessions, a pure state machine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include <enginery/export.hpp>

#include "core/session/forgotten.hpp"
#include "core/session/messages.hpp"

namespace enginery::session {

/// The shell's name for a request that waits for its answer.
using Ticket = std::uint64_t;

struct AnswerExchange {
  Ticket ticket;
  Reply reply;
};
struct AnswerChunk {
  Ticket ticket;
  ChunkAnswer answer;
};
struct AnswerFetch {
  Ticket ticket;
  Fetched fetched;
};
/// Tasks can be taken with next() again, after it gave none.
struct WorkReady {};
/// The running task is asked to stop. Its own outcome stands, unless its time was over.
struct StopTask {
  Uuid session;
  std::uint64_t seq;
};
/// It is forgotten; no task of it will be given by next() any more, but one may still run.
struct SessionEnded {
  Uuid session;
  Farewell why;
};
using EngineAction = std::variant<AnswerExchange, AnswerChunk, AnswerFetch, WorkReady, StopTask, SessionEnded>;
using EngineActions = std::vector<EngineAction>;

/// A task that is now running. At most one runs at a time.
struct Running {
  Uuid session;
  std::uint64_t seq;
  Bytes body;
  std::vector<Bytes> bulk;
};

/// All sessions of one engine incarnation. Rules 1, 3 to 10 and 12 of docs/protocol.md.
///
/// Every event appends its actions to `out`. Every ticket is answered exactly once.
/// Threads: belongs to one thread at a time (the shell holds a mutex for it).
class ENGINERY_API EngineSessions {
 public:
  EngineSessions(const Uuid& engine, const Limits& limits);
  ~EngineSessions();

  void on_exchange(Ticket ticket, Exchange exchange, Time now, EngineActions& out);
  void on_chunk(Ticket ticket, Chunk chunk, Time now, EngineActions& out);
  void on_fetch(Ticket ticket, Fetch fetch, Time now, EngineActions& out);

  /// Takes the next task to run, sessions in turns (rule 10), after a tick(): never one whose time is over. The caller
  /// runs it and then calls finished().
  std::optional<Running> next(Time now, EngineActions& out);
  /// The outcome of the task that next() gave; dropped if it was decided when the task's time was over. Payloads in
  /// `bulk` are fetched by the client as chunks.
  void finished(const Uuid& session, std::uint64_t seq, Bytes body, std::vector<Bytes> bulk, Time now,
                EngineActions& out);
  /// Says whether results of this session stay at the engine. Such a session keeps its place while its client is heard,
  /// and the client is told so. Call it before finished(), whose answer carries it.
  void keeps(const Uuid& session, bool any);

  /// The client is gone: drops its queued tasks and results, tells a running one to stop (rule 12).
  void forget(const Uuid& session, Time now, EngineActions& out);

  void tick(Time now, EngineActions& out);
  Time next_deadline() const;

  struct Summary {
    Uuid session;
    std::uint64_t client_pid, client_start, queued, unacknowledged, queued_bytes, result_bytes;
  };
  std::vector<Summary> sessions() const;
  std::size_t count() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace enginery::session
