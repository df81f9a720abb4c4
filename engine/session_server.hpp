// engine/session_server.hpp: the engine's sessions over NNG: what stands between the network and the main thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "core/session/engine_sessions.hpp"
#include "core/wire/engine_wire.hpp"
#include "core/wire/hub_wire.hpp"
#include "engine/module_receiver.hpp"

namespace enginery::engine {

struct StatusRequest {};
/// What comes to the address of tasks.
using TaskRequest = std::variant<session::Exchange, StatusRequest, wire::InterruptRequest, wire::MarkRequest>;

/// Listens for clients, keeps their sessions, and gives their tasks to the main thread one at a time.
///
/// Threads: NNG's threads bring requests; the clock thread of this object keeps the deadlines; the main thread calls
/// next() and finish(). All meet in one mutex, which nobody holds while encoding, sending or running a task.
class SessionServer {
 public:
  struct Addresses {
    std::string tasks, bulk;
  };
  /// Publishes a mark behind all that tasks have printed; called on NNG's threads.
  using OnMark = std::function<void(const Uuid& mark)>;
  /// A session has ended, and none of its tasks will be given any more; called on the main thread, between tasks.
  using OnEnd = std::function<void(const Uuid& session, session::Farewell why)>;

  /// Listens; code that clients bring is added to `brought`. Throws ConnectionError.
  SessionServer(const Uuid& engine, const Addresses& addresses, const session::Limits& limits,
                std::shared_ptr<modules::BroughtModules> brought, OnMark on_mark, OnEnd on_end);
  ~SessionServer();

  /// Listens for other hosts, too; the addresses with their ports. Throws ConnectionError.
  Addresses listen(const cluster::Address& tasks, const cluster::Address& bulk);

  /// Waits for a task. Nothing after stop().
  std::optional<session::Running> next();
  /// Hands in the outcome of the task that was given last, and drops all that is held of that task. `keeps`: results of
  /// its session stay here.
  void finish(Bytes body, std::vector<Bytes> bulk, bool keeps);
  /// Gives no more tasks, takes no more modules, and asks the task that runs to stop. Threads: any but those of
  /// modules.
  void stop();

  /// The id that `enginery status` shows.
  void set_id(int id) { id_.store(id, std::memory_order_relaxed); }
  const session::Limits& limits() const { return limits_; }

 private:
  using Lock = std::unique_lock<std::mutex>;
  using Ticket = transport::Responder::Ticket;

  void on_task_request(Ticket ticket, messages::Message message);
  void on_bulk_request(Ticket ticket, messages::Message message);
  void on(Ticket ticket, session::Exchange exchange);
  void on(Ticket ticket, session::Chunk chunk);
  void on(Ticket ticket, session::Fetch fetch);
  void on(Ticket ticket, ModuleReceiver::Request request);
  // What is answered at once; each may throw.
  wire::EngineStatus answer(const StatusRequest& request);
  wire::Interrupted answer(const wire::InterruptRequest& request);
  wire::Marked answer(const wire::MarkRequest& request);
  /// The next task, if there is one, and whether something changed meanwhile.
  bool take_task(Lock& lock);
  /// Does what the sessions asked for, and unlocks before it answers.
  void perform(Lock& lock, session::EngineActions& actions);
  // Called under the lock. False for an answer, which is to be sent.
  bool settle(const session::SessionEnded& end);
  bool settle(const session::WorkReady&);
  bool settle(const session::StopTask&);
  bool settle(const auto&) { return false; }
  // Called without the lock.
  void send(const session::AnswerExchange& answer);
  void send(const session::AnswerChunk& answer);
  void send(const session::AnswerFetch& answer);
  void send(const auto&) {}
  void run_clock();
  std::vector<Uuid> sessions_of_dead_clients() const;

  const Uuid engine_;
  const session::Limits limits_;
  const OnMark on_mark_;
  const OnEnd on_end_;
  std::atomic<int> id_{-1};

  std::mutex mutex_;
  std::condition_variable work_, clock_;
  session::EngineSessions sessions_;
  std::optional<session::Running> running_;
  std::int64_t running_since_ = 0;  // by the wall clock, for people
  session::Time began_{};           // the same moment
  std::uint64_t finished_ = 0;
  std::vector<session::SessionEnded> ended_;  // sessions that the main thread has not heard of yet
  session::Time armed_ = session::kNever;     // when the clock thread will wake
  enum class Main { busy, spinning, sleeping } main_ = Main::busy;
  std::atomic<bool> work_hint_{false};  // for the spinning main thread
  bool stop_ = false;

  std::thread clock_thread_;
  ModuleReceiver modules_;
  transport::Responder tasks_, bulk_;  // last: their threads call into all of the above
};

}  // namespace enginery::engine
