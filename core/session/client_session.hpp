// core/session/client_session.hpp: the client's side of a session, a pure state machine.
#pragma once

#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include <enginery/export.hpp>

#include "core/session/messages.hpp"

namespace enginery::session {

// What the shell is to do, in this order.
struct SendExchange {
  Exchange exchange;  ///< answered by on_reply or on_exchange_failed with its link and x
};
struct SendChunk {
  Chunk chunk;  ///< answered by on_chunk_answered or on_chunk_failed
};
struct SendFetch {
  Fetch fetch;  ///< answered by on_fetched or on_fetch_failed
};
/// The link is broken: the shell dials anew; later exchanges carry the new link number. Exchanges of the old link need
/// no answer any more.
struct Relink {
  std::uint32_t link;
};
/// The bulk socket is silent: the shell dials anew. Chunks and fetches that it carried need no answer any more.
struct RenewBulk {};
/// A task's one outcome.
struct Deliver {
  std::uint64_t seq;
  Ending ending;
  Bytes body;
  std::vector<Bytes> bulk;
};
/// The session is over: every outstanding task fails, in the order of seq. Nothing follows.
struct Lost {
  Status why;
  std::string words;
  std::vector<std::uint64_t> outstanding;
};
using ClientAction = std::variant<SendExchange, SendChunk, SendFetch, Relink, RenewBulk, Deliver, Lost>;
using ClientActions = std::vector<ClientAction>;

/// One client's conversation with one engine incarnation, seen from the client. Rules 1, 2, 4 to 9 and 12 of
/// docs/protocol.md.
///
/// Every event appends its actions to `out`; the shell performs them in order, outside of any callback of user code.
/// Threads: belongs to one thread at a time (the shell holds a mutex for it).
class ENGINERY_API ClientSession {
 public:
  /// `door`: what door() of an earlier session with this incarnation gave.
  ClientSession(const Uuid& engine, const Uuid& session, const Limits& limits, std::uint64_t door = 0);
  ~ClientSession();
  ClientSession(ClientSession&&) noexcept;
  ClientSession& operator=(ClientSession&&) noexcept;

  /// Marks every Exchange with this process, so that an engine on the same host notices its end.
  void set_client_process(std::uint64_t pid, std::uint64_t start);

  /// Whether the bounded queue takes a task of `bytes` (body and bulk) now. An empty queue takes any one.
  bool has_room(std::uint64_t bytes) const;

  /// Queues a task and returns its seq. Payloads of `bulk` travel as chunks, however small. With a `time_limit` its
  /// outcome is decided so long after the engine has admitted it, at the latest.
  /// Requires: has_room() for its bytes; not lost.
  std::uint64_t submit(Bytes body, std::vector<Bytes> bulk, Time now, ClientActions& out, Time time_limit = Time{0});

  /// Asks that a task not run; its outcome is still delivered once. Unknown and finished seqs are ignored.
  void abort(Abort abort, Time now, ClientActions& out);

  /// Ends the session in words (an Exchange marked bye); outstanding tasks are given up without Deliver.
  void bye(Time now, ClientActions& out);

  void on_reply(std::uint32_t link, Reply reply, Time now, ClientActions& out);
  void on_exchange_failed(std::uint32_t link, std::uint64_t x, Time now, ClientActions& out);
  void on_chunk_answered(std::uint64_t seq, std::uint32_t index, std::uint64_t offset, Status status, Time now,
                         ClientActions& out);
  void on_chunk_failed(std::uint64_t seq, std::uint32_t index, std::uint64_t offset, Time now, ClientActions& out);
  void on_fetched(std::uint64_t r, std::uint32_t index, std::uint64_t offset, Fetched fetched, Time now,
                  ClientActions& out);
  void on_fetch_failed(std::uint64_t r, std::uint32_t index, std::uint64_t offset, Time now, ClientActions& out);

  /// To be called at next_deadline() or later; earlier calls do nothing.
  void tick(Time now, ClientActions& out);
  Time next_deadline() const;

  /// Seqs submitted whose outcome was not delivered, in order.
  std::vector<std::uint64_t> outstanding() const;
  std::uint64_t outstanding_count() const;
  /// Through which sessions come at this engine, as far as it has told.
  std::uint64_t door() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace enginery::session
