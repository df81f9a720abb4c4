// engine/session_server.cpp: the engine's sessions over NNG.
//
// A request goes: NNG's thread verifies and decodes it, takes the lock, lets the state machine think, lets the lock go
// and does what it asked for: answers, or wakes the main thread. The main thread hands in an outcome and takes the next
// task under one lock; when no task is left, the answer that carries the outcomes is sent from there, so one blocking
// call costs the engine two wake-ups: NNG's thread and the main one. The clock thread only keeps deadlines.
#include "engine/session_server.hpp"

#include <unistd.h>

#include <chrono>
#include <fstream>
#include <new>
#include <utility>
#include <variant>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>
#include <enginery/stop.hpp>

#include "core/transport/spin.hpp"
#include "core/wire/call_wire.hpp"
#include "core/wire/output_wire.hpp"
#include "core/wire/session_wire.hpp"

namespace enginery::engine {
namespace {

constexpr session::Time kLookAtClients = std::chrono::seconds(1);
/// Requests that can be held besides one for each session: those that are answered at once.
constexpr std::size_t kSpareContexts = 16;

session::Time now() { return std::chrono::steady_clock::now().time_since_epoch(); }

std::int64_t utc_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

bool is_for_main(const session::EngineAction& action) {
  return std::holds_alternative<session::WorkReady>(action) || std::holds_alternative<session::SessionEnded>(action);
}

/// The name of the task in a body, for people.
std::string name_of(const session::Running& running) {
  try {
    const wire::Call call = wire::unpack_call(running.body, running.bulk);
    return call.name.empty() ? std::string(wire::to_string(call.op)) : call.name;
  } catch (const Error&) {
    return "?";
  }
}

/// What is said where there is no memory to understand or to answer: the client asks again, over another link.
messages::Message broken_link() { return messages::Message(std::size_t{0}); }

template <class Answer>
messages::Message encoded(const Answer& answer) try {
  return wire::encode(answer);
} catch (const std::exception&) {
  return broken_link();
}

}  // namespace

SessionServer::SessionServer(const Uuid& engine, const Addresses& addresses, const session::Limits& limits,
                             std::shared_ptr<modules::BroughtModules> brought, OnMark on_mark, OnEnd on_end)
    : engine_(engine),
      limits_(limits),
      on_mark_(std::move(on_mark)),
      on_end_(std::move(on_end)),
      sessions_(engine, limits),
      modules_(engine, std::move(brought),
               [this](auto ticket, const wire::ModuleAnswer& answer) { bulk_.answer(ticket, encoded(answer)); }),
      tasks_(addresses.tasks, kSpareContexts,
             [this](auto ticket, auto message) { on_task_request(ticket, std::move(message)); }),
      bulk_(addresses.bulk, kSpareContexts,
            [this](auto ticket, auto message) { on_bulk_request(ticket, std::move(message)); }) {
  clock_thread_ = std::thread([this] { run_clock(); });  // last: it must not live when something above throws
}

SessionServer::~SessionServer() {
  stop();
  clock_thread_.join();
  modules_.stop();
}

SessionServer::Addresses SessionServer::listen(const cluster::Address& tasks, const cluster::Address& bulk) {
  return {tasks_.listen(tasks), bulk_.listen(bulk)};
}

void SessionServer::on_task_request(transport::Responder::Ticket ticket, messages::Message message) {
  session::Exchange exchange;
  try {
    const std::uint64_t origin = message.origin();
    const wire::Opened opened = wire::open_frame(std::move(message).share());
    if (opened.kind == wire::MessageKind::status_request) {
      wire::decode_status_request(opened);
      return tasks_.answer(ticket, encoded(status()));
    }
    if (opened.kind == wire::MessageKind::interrupt_request)
      return tasks_.answer(ticket, encoded(interrupt(wire::decode_interrupt_request(opened))));
    if (opened.kind == wire::MessageKind::mark_request) {
      const wire::MarkRequest request = wire::decode_mark_request(opened);
      const bool mine = request.engine == engine_;
      if (mine) on_mark_(request.mark);
      return tasks_.answer(ticket, encoded(wire::Marked{mine ? session::Status::ok : session::Status::wrong_engine}));
    }
    if (opened.kind != wire::MessageKind::exchange)
      throw ProtocolError("an engine's task address takes exchanges, and status, mark and interrupt requests only");
    exchange = wire::decode_exchange(opened);
    exchange.origin = origin;
  } catch (const std::bad_alloc&) {
    return tasks_.answer(ticket, broken_link());
  } catch (const std::exception& error) {
    session::Reply reply;
    reply.status = session::Status::unknown;
    reply.words = error.what();
    return tasks_.answer(ticket, encoded(reply));
  }
  session::EngineActions actions;
  Lock lock(mutex_);
  sessions_.on_exchange(ticket, std::move(exchange), now(), actions);
  const std::size_t contexts = sessions_.count() + kSpareContexts;
  perform(lock, actions);
  try {
    tasks_.reserve(contexts);
    bulk_.reserve(contexts * limits_.chunks_open);
  } catch (const std::exception&) {
    // Without memory there are as many as before until the next exchange.
  }
}

void SessionServer::on_bulk_request(transport::Responder::Ticket ticket, messages::Message message) {
  std::variant<std::monostate, session::Chunk, session::Fetch> request;
  std::optional<wire::Opened> opened;
  try {
    opened = wire::open_frame(std::move(message).share());
    if (opened->kind == wire::MessageKind::chunk) request = wire::decode_chunk(*opened);
    if (opened->kind == wire::MessageKind::fetch) request = wire::decode_fetch(*opened);
  } catch (const std::bad_alloc&) {
    return bulk_.answer(ticket, broken_link());
  } catch (const std::exception&) {
    // Answered below as what is neither.
  }
  if (opened && (opened->kind == wire::MessageKind::module_query || opened->kind == wire::MessageKind::module_chunk))
    return on_module_request(ticket, *opened);
  session::EngineActions actions;
  Lock lock(mutex_);
  if (auto* chunk = std::get_if<session::Chunk>(&request))
    sessions_.on_chunk(ticket, std::move(*chunk), now(), actions);
  else if (auto* fetch = std::get_if<session::Fetch>(&request))
    sessions_.on_fetch(ticket, *fetch, now(), actions);
  else
    actions.push_back(session::AnswerChunk{ticket, {session::Status::unknown}});
  perform(lock, actions);
}

void SessionServer::on_module_request(transport::Responder::Ticket ticket, const wire::Opened& opened) try {
  if (opened.kind == wire::MessageKind::module_query)
    modules_.receive(ticket, wire::decode_module_query(opened));
  else
    modules_.receive(ticket, wire::decode_module_chunk(opened));
} catch (const std::exception& error) {
  bulk_.answer(ticket, encoded(wire::ModuleAnswer{wire::ModuleStatus::refused, {}, error.what()}));
}

void SessionServer::finish(Bytes body, std::vector<Bytes> bulk, bool keeps) {
  std::optional<session::Running> done;  // freed after the lock is let go
  session::EngineActions actions;
  Lock lock(mutex_);
  done.swap(running_);
  ++finished_;
  sessions_.keeps(done->session, keeps);
  sessions_.finished(done->session, done->seq, std::move(body), std::move(bulk), now(), actions);
  if (!actions.empty()) perform(lock, actions);
}

bool SessionServer::take_task(Lock& lock) {
  session::EngineActions actions;  // answers carry results: they are not held while waiting
  running_ = sessions_.next(now(), actions);
  if (running_) {
    running_since_ = utc_now();
    began_ = now();
    begin_stoppable_task();
  }
  const bool changed = !actions.empty() || sessions_.next_deadline() < armed_;
  if (changed) {
    perform(lock, actions);
    lock.lock();
  }
  return changed;
}

std::optional<session::Running> SessionServer::next() {
  Lock lock(mutex_);
  for (;;) {
    if (stop_) return std::nullopt;
    while (!ended_.empty()) {
      const std::vector<Uuid> ended = std::exchange(ended_, {});
      lock.unlock();
      for (const Uuid& session : ended) on_end_(session);
      lock.lock();
    }
    const bool busy = take_task(lock);
    if (running_) return running_;
    if (busy) continue;  // there may be work since
    // The next call of a client that waits for each comes within microseconds: waking from sleep would cost more.
    work_hint_.store(false, std::memory_order_relaxed);
    main_ = Main::spinning;
    lock.unlock();
    transport::Patience::of_this_thread().wait(
        [this] { return work_hint_.load(std::memory_order_acquire); },
        [&] {
          lock.lock();
          main_ = Main::sleeping;
          work_.wait(lock, [this] { return stop_ || work_hint_.load(std::memory_order_relaxed); });
          lock.unlock();
        });
    lock.lock();
    main_ = Main::busy;
  }
}

void SessionServer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    if (running_) request_stop();
    work_hint_.store(true, std::memory_order_release);  // for a main thread that spins
    work_.notify_all();
    clock_.notify_all();
  }
  modules_.stop();  // its thread would go on while exit() destroys static objects
}

void SessionServer::perform(Lock& lock, session::EngineActions& actions) {
  const session::Time deadline = sessions_.next_deadline();
  const bool rearm = deadline < armed_;
  if (rearm) armed_ = deadline;
  const bool wake_main = main_ == Main::sleeping;
  for (const session::EngineAction& action : actions) {
    if (const auto* end = std::get_if<session::SessionEnded>(&action)) ended_.push_back(end->session);
    if (is_for_main(action)) work_hint_.store(true, std::memory_order_release);
    // Under the lock, so that it is this task that is told and not the next one.
    if (std::holds_alternative<session::StopTask>(action)) request_stop();
  }
  lock.unlock();
  if (rearm) clock_.notify_one();
  for (session::EngineAction& action : actions) {
    if (auto* exchange = std::get_if<session::AnswerExchange>(&action))
      tasks_.answer(exchange->ticket, encoded(exchange->reply));
    else if (auto* chunk = std::get_if<session::AnswerChunk>(&action))
      bulk_.answer(chunk->ticket, encoded(chunk->answer));
    else if (auto* fetch = std::get_if<session::AnswerFetch>(&action))
      bulk_.answer(fetch->ticket, encoded(fetch->fetched));
    else if (is_for_main(action) && wake_main)
      work_.notify_one();
  }
}

void SessionServer::run_clock() {
  session::Time look_at_clients = now() + kLookAtClients;
  Lock lock(mutex_);
  while (!stop_) {
    armed_ = std::min(sessions_.next_deadline(), look_at_clients);
    const auto until =
        std::chrono::steady_clock::time_point(std::chrono::duration_cast<std::chrono::steady_clock::duration>(armed_));
    if (now() < armed_) clock_.wait_until(lock, until);
    if (stop_) return;
    session::EngineActions actions;
    const session::Time time = now();
    if (time >= look_at_clients) {
      for (const Uuid& session : sessions_of_dead_clients()) sessions_.forget(session, time, actions);
      look_at_clients = time + kLookAtClients;
    }
    sessions_.tick(time, actions);
    armed_ = session::kNever;
    perform(lock, actions);
    lock.lock();
  }
}

std::vector<Uuid> SessionServer::sessions_of_dead_clients() const try {
  std::vector<Uuid> dead;
  for (const auto& summary : sessions_.sessions())
    if (summary.client_pid != 0 && !ProcessId{static_cast<int>(summary.client_pid), summary.client_start}.alive())
      dead.push_back(summary.session);
  return dead;
} catch (const std::bad_alloc&) {
  return {};  // a task has taken all memory; they are looked for again
}

wire::Interrupted SessionServer::interrupt(const wire::InterruptRequest& request) {
  if (request.engine != engine_) return {session::Status::wrong_engine, false};
  const Lock lock(mutex_);  // so that it is this task that is told and not the next one
  if (running_) request_stop();
  return {session::Status::ok, running_.has_value()};
}

wire::EngineStatus SessionServer::status() {
  wire::EngineStatus status;
  std::optional<session::Running> running;
  {
    const Lock lock(mutex_);
    running = running_;
    status.running_since = running ? running_since_ : 0;
    status.running_for = running ? (now() - began_).count() : 0;
    status.finished = finished_;
    for (const auto& summary : sessions_.sessions()) {
      ++status.sessions;
      status.queued += summary.queued;
    }
  }
  status.uuid = engine_;
  status.id = id_.load(std::memory_order_relaxed);
  status.pid = static_cast<std::uint64_t>(::getpid());
  if (running) status.task = name_of(*running);
  status.code_bytes = modules_.received_bytes();
  status.resident_bytes = resident_bytes();
  return status;
}

}  // namespace enginery::engine
