// client/links/engine_link.hpp: a client's end of its session with one engine, over NNG.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include <enginery/uuid.hpp>

#include "client/links/client_threads.hpp"
#include "client/links/future.hpp"
#include "client/links/reach.hpp"
#include "core/delivery/module_files.hpp"
#include "core/messages/last_moments.hpp"
#include "core/session/client_session.hpp"
#include "core/session/limits.hpp"
#include "core/transport/failures.hpp"
#include "core/transport/line.hpp"
#include "core/wire/call_wire.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery {

/// What a submission does when the bounded queue is full.
enum class Room { wait, overfill };

/// Threads: all functions from any. NNG's threads bring answers, and the client's clock keeps deadlines. One mutex
/// guards the state; no thread holds it while it encodes or sends.
class EngineLink : public Ticking, public std::enable_shared_from_this<EngineLink> {
 public:
  EngineLink(wire::EngineEntry engine, Reach reach, std::shared_ptr<ClientClock> clock,
             std::shared_ptr<Continuations> continuations);

  /// Sends a task, behind all that were submitted before; `pending` is completed once, whatever happens. What it
  /// `needs` (null: nothing) is brought first if the engine is not known to have it. Waits only for room in the bounded
  /// queue; not at all with Room::overfill, for what is small, rare and makes room itself.
  void submit(wire::Packed call, std::shared_ptr<Pending> pending,
              const std::shared_ptr<const modules::ModuleFiles>& needs, Room room);
  void abort(const Uuid& session, session::Abort task);

  /// The engine is gone: every outstanding task, and every later one, fails as EngineDied.
  /// `last`: what is known of what it did last.
  void die(const std::string& how, std::optional<messages::LastMoments> last = std::nullopt);
  /// Says good-bye to the engine; outstanding tasks fail with ConnectionError. end() then waits for its answer.
  void close();
  void end(std::chrono::steady_clock::time_point deadline);

  /// Asks the task that runs on the engine to stop, whichever client it belongs to. False if none ran. Throws
  /// TimeoutError, ConnectionError, ProtocolError.
  bool interrupt(Seconds timeout);

  /// The session's line, for requests that are no part of the session.
  transport::Line& tasks() { return tasks_; }
  /// Whether the session is the one of this link.
  bool owns(const Uuid& session) const;
  bool dead() const;
  /// Marks the engine as dead if its process is gone.
  void look();

  session::Time tick() override;

  const wire::EngineEntry& engine() const { return engine_; }
  const Reach& reach() const { return reach_; }
  std::size_t inline_bytes() const { return limits_.inline_bytes; }
  Continuations& continuations() const { return *continuations_; }

 private:
  using Lock = std::unique_lock<std::mutex>;
  /// A task that is not in the session yet, because of its needs or of those of one before it.
  struct Gated {
    std::uint64_t seq;
    wire::Packed call;
    std::shared_ptr<const modules::ModuleFiles> needs;
    session::Time time_limit;
    bool settled = false;  ///< it has its outcome, and only keeps its seq
  };

  // The gate. These require that mutex_ is held.
  bool has_room(std::uint64_t bytes) const;
  /// Waits until there may be room. Throws DeadlockError and TaskAborted, as waits in tasks do.
  void wait_for_room(std::uint64_t bytes);
  /// Submits the tasks that need not wait any more.
  void open_gate(session::ClientActions& actions);
  /// Gives up a task at the gate. Returns its pending, which the caller fails after it has released the lock.
  std::shared_ptr<Pending> settle(Gated& gated);
  /// Starts a thread that brings the module and waits for the engine. One at a time.
  void deliver(const std::shared_ptr<const modules::ModuleFiles>& needs);

  void on_delivered(const modules::ContentHash& module, std::exception_ptr error);
  /// Unlocks, then does what the session asked for.
  void perform(Lock& lock, session::ClientActions& actions);
  void send(session::Exchange exchange);
  void send(const session::Chunk& chunk);
  void send(const session::Fetch& fetch);
  /// Sends a Chunk or a Fetch on the bulk line. `settle(session, answer, actions)` gets the decoded answer, or null if
  /// the line broke.
  template <class Request, class Decode, class Settle>
  void send_bulk(const Request& request, Decode decode, Settle settle);
  void on_answer(const Uuid& session, std::uint32_t link, std::uint64_t x, messages::Message answer,
                 const char* failure);
  void lose(const session::Lost& lost);
  /// Fails outstanding tasks if this process has long lacked what a connection takes, such as descriptors. Unlocks
  /// meanwhile.
  void give_up_for_lack(Lock& lock);
  /// Fails tasks whose time is over while their engine, which keeps the time, is silent. Unlocks meanwhile.
  void give_up_unheard(Lock& lock);
  /// Watches the time limit of a task that has just been submitted. Requires: mutex_ is held.
  void watch_limit(const Pending& pending);
  /// Dies if its process has been gone for a while. Unlocks meanwhile.
  void die_if_gone(Lock& lock);
  bool process_is_gone() const;
  /// When the clock is needed next.
  session::Time next_look() const;
  /// Begins a new session; what was outstanding fails. Unlocks.
  void fail_all(Lock& lock, std::exception_ptr error);
  void new_session();
  /// The error of the task that had this seq, or would have had it, when the engine died.
  std::exception_ptr death(const std::string& label, std::uint64_t seq) const;

  const wire::EngineEntry engine_;
  const std::shared_ptr<ClientClock> clock_;
  const std::shared_ptr<Continuations> continuations_;
  const session::Limits limits_;
  const Reach reach_;

  mutable std::mutex mutex_;
  std::condition_variable room_;
  Uuid session_id_;
  std::optional<session::ClientSession> session_;
  std::deque<std::shared_ptr<Pending>> pending_;  // by seq, from first_seq_; null when it has its outcome
  std::uint64_t first_seq_ = 1;
  struct Death {
    std::string how;
    std::optional<messages::LastMoments> last{};
    Uuid session{};  ///< the session that the death ended
  };
  std::optional<Death> death_;
  std::uint32_t link_ = 1;  // of tasks_
  transport::Line tasks_, bulk_;
  std::deque<Gated> gate_;  // by seq, up to the last of pending_
  std::uint64_t gate_bytes_ = 0;
  bool delivering_ = false;
  std::set<modules::ContentHash> modules_;  // fingerprints of the modules that the engine has
  session::Time gone_since_ = session::kNever;
  bool look_ = false;                            // a line broke: is its process there, though nothing is pending?
  transport::Lack lack_;                         // of a thread that delivers
  session::Time heard_{0};                       // of the engine
  session::Standstill standstill_;               // while somebody has a time limit
  session::Time first_limit_ = session::kNever;  // not later than any time limit in pending_ is over
  bool asks_ = false;                            // the engine for its status
  /// Between looks of the clock while something waits for a connection.
  static constexpr session::Time kDialLook = std::chrono::milliseconds(50);
};

}  // namespace enginery
