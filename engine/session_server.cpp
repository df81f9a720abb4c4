// engine/session_server.cpp: the engine's sessions over NNG.
//
// The way of a request: NNG's thread verifies and decodes it, takes the lock, gives it to the state machine, lets the
// lock go, and does what the state machine asked for: it answers, or wakes the main thread. The main thread hands in an
// outcome and takes the next task under one lock. When no task is left, it also sends the answer with the outcomes. So
// one blocking call costs the engine two wake-ups: that of NNG's thread and that of the main thread. The clock thread
// only keeps deadlines.
#include "engine/session_server.hpp"

#include <unistd.h>

#include <chrono>
#include <concepts>
#include <fstream>
#include <new>
#include <utility>
#include <variant>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>
#include <enginery/stop.hpp>

#include "core/transport/spin.hpp"
#include "core/wire/call_wire.hpp"
#include "core/wire/session_wire.hpp"

namespace enginery::engine {
namespace {

constexpr session::Time kLookAtClients = std::chrono::seconds(1);
/// Requests that can be held besides one for each session. They are answered at once.
constexpr std::size_t kSpareContexts = 16;

session::Time now() { return std::chrono::steady_clock::now().time_since_epoch(); }

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
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

/// The answer when there is no memory to decode a request or to encode an answer: an empty message, at which the client
/// asks again over another link.
messages::Message broken_link() { return messages::Message(std::size_t{0}); }

/// Encodes what `make` returns.
template <std::invocable Make>
messages::Message encoded(const Make& make) try {
  return wire::encode(make());
} catch (const std::exception&) {
  return broken_link();
}

template <class Answer>
messages::Message encoded(const Answer& answer) {
  return encoded([&]() -> const Answer& { return answer; });
}

using BulkRequest = std::variant<session::Chunk, session::Fetch, wire::ModuleQuery, wire::ModuleChunk>;
using Kind = wire::MessageKind;

TaskRequest decode_task_request(const wire::Opened& opened) {
  if (opened.kind == Kind::exchange) return wire::decode_exchange(opened);
  if (opened.kind == Kind::interrupt_request) return wire::decode_interrupt_request(opened);
  if (opened.kind == Kind::mark_request) return wire::decode_mark_request(opened);
  if (opened.kind != Kind::status_request)
    throw ProtocolError("an engine's task address takes exchanges, and status, mark and interrupt requests only");
  wire::decode_status_request(opened);
  return StatusRequest();
}

BulkRequest decode_bulk_request(const wire::Opened& opened) {
  if (opened.kind == Kind::chunk) return wire::decode_chunk(opened);
  if (opened.kind == Kind::fetch) return wire::decode_fetch(opened);
  if (opened.kind == Kind::module_query) return wire::decode_module_query(opened);
  if (opened.kind == Kind::module_chunk) return wire::decode_module_chunk(opened);
  throw ProtocolError("an engine's bulk address takes chunks, fetches and modules only");
}

messages::Message refusal_of_module(const std::exception& error) {
  return encoded(wire::ModuleAnswer{wire::ModuleStatus::refused, {}, error.what()});
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
  clock_thread_ = std::thread([this] { run_clock(); });  // last: when something above throws, it must not exist
}

SessionServer::~SessionServer() {
  stop();
  clock_thread_.join();
  modules_.stop();
}

SessionServer::Addresses SessionServer::listen(const cluster::Address& tasks, const cluster::Address& bulk) {
  return {tasks_.listen(tasks), bulk_.listen(bulk)};
}

void SessionServer::on_task_request(Ticket ticket, messages::Message message) {
  TaskRequest request;
  try {
    const std::uint64_t origin = message.origin();
    request = decode_task_request(wire::open_frame(std::move(message).share()));
    if (auto* exchange = std::get_if<session::Exchange>(&request)) exchange->origin = origin;
  } catch (const std::bad_alloc&) {
    return tasks_.answer(ticket, broken_link());
  } catch (const std::exception& error) {
    return tasks_.answer(ticket, encoded(session::Reply{.status = session::Status::unknown, .words = error.what()}));
  }
  const auto handle = [&]<class Request>(Request& each) {
    if constexpr (std::same_as<Request, session::Exchange>)
      on(ticket, std::move(each));
    else
      tasks_.answer(ticket, encoded([&] { return answer(each); }));  // no exception may leave NNG's callback
  };
  std::visit(handle, request);
}

void SessionServer::on_bulk_request(Ticket ticket, messages::Message message) {
  BulkRequest request;
  bool of_module = false;
  try {
    const wire::Opened opened = wire::open_frame(std::move(message).share());
    of_module = opened.kind == Kind::module_query || opened.kind == Kind::module_chunk;
    request = decode_bulk_request(opened);
  } catch (const std::bad_alloc&) {
    return bulk_.answer(ticket, broken_link());
  } catch (const std::exception& error) {
    return bulk_.answer(ticket,
                        of_module ? refusal_of_module(error) : encoded(session::ChunkAnswer{session::Status::unknown}));
  }
  std::visit([&](auto& each) { on(ticket, std::move(each)); }, request);
}

void SessionServer::on(Ticket ticket, session::Exchange exchange) {
  session::EngineActions actions;
  Lock lock(mutex_);
  sessions_.on_exchange(ticket, std::move(exchange), now(), actions);
  const std::size_t contexts = sessions_.count() + kSpareContexts;
  perform(lock, actions);
  try {
    tasks_.reserve(contexts);
    bulk_.reserve(contexts * limits_.chunks_open);
  } catch (const std::exception&) {
    // Without memory there are no more contexts until the next exchange.
  }
}

void SessionServer::on(Ticket ticket, session::Chunk chunk) {
  session::EngineActions actions;
  Lock lock(mutex_);
  sessions_.on_chunk(ticket, std::move(chunk), now(), actions);
  perform(lock, actions);
}

void SessionServer::on(Ticket ticket, session::Fetch fetch) {
  session::EngineActions actions;
  Lock lock(mutex_);
  sessions_.on_fetch(ticket, std::move(fetch), now(), actions);
  perform(lock, actions);
}

void SessionServer::on(Ticket ticket, ModuleReceiver::Request request) try {
  modules_.receive(ticket, std::move(request));
} catch (const std::exception& error) {
  bulk_.answer(ticket, refusal_of_module(error));
}

wire::Marked SessionServer::answer(const wire::MarkRequest& request) {
  const bool mine = request.engine == engine_;
  if (mine) on_mark_(request.mark);
  return {mine ? session::Status::ok : session::Status::wrong_engine};
}

wire::Interrupted SessionServer::answer(const wire::InterruptRequest& request) {
  if (request.engine != engine_) return {session::Status::wrong_engine};
  const Lock lock(mutex_);  // so that this task is asked to stop, and not the next one
  if (running_) request_stop();
  return {session::Status::ok, running_.has_value()};
}

void SessionServer::finish(Bytes body, std::vector<Bytes> bulk, bool keeps) {
  std::optional<session::Running> done;  // freed after the lock
  session::EngineActions actions;
  Lock lock(mutex_);
  done.swap(running_);
  ++finished_;
  sessions_.keeps(done->session, keeps);
  sessions_.finished(done->session, done->seq, std::move(body), std::move(bulk), now(), actions);
  if (!actions.empty()) perform(lock, actions);
}

bool SessionServer::take_task(Lock& lock) {
  session::EngineActions actions;  // answers carry results, so they must be sent before this thread waits
  running_ = sessions_.next(now(), actions);
  if (running_) {
    running_since_ = cluster::utc_now();
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
      const std::vector<session::SessionEnded> ended = std::exchange(ended_, {});
      lock.unlock();
      for (const auto& [session, why] : ended) on_end_(session, why);
      lock.lock();
    }
    const bool busy = take_task(lock);
    if (running_) return running_;
    if (busy) continue;  // there may be work by now
    // A client that waits for each call sends the next one within microseconds; to wake from sleep would take longer.
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
  modules_.stop();  // its thread must not run while exit() destroys static objects
}

void SessionServer::perform(Lock& lock, session::EngineActions& actions) {
  const session::Time deadline = sessions_.next_deadline();
  const bool rearm = deadline < armed_;
  if (rearm) armed_ = deadline;
  std::erase_if(actions, [this](const auto& action) {
    return std::visit([this](const auto& each) { return settle(each); }, action);
  });
  const bool wake_main = main_ == Main::sleeping && work_hint_.load(std::memory_order_relaxed);
  lock.unlock();
  if (rearm) clock_.notify_one();
  if (wake_main) work_.notify_one();
  for (const session::EngineAction& action : actions) std::visit([this](const auto& each) { send(each); }, action);
}

bool SessionServer::settle(const session::SessionEnded& end) {
  ended_.push_back(end);
  return settle(session::WorkReady());
}

bool SessionServer::settle(const session::WorkReady&) {
  work_hint_.store(true, std::memory_order_release);
  return true;
}

bool SessionServer::settle(const session::StopTask&) {
  request_stop();  // under the lock, so that this task is asked to stop, and not the next one
  return true;
}

void SessionServer::send(const session::AnswerExchange& answer) { tasks_.answer(answer.ticket, encoded(answer.reply)); }
void SessionServer::send(const session::AnswerChunk& answer) { bulk_.answer(answer.ticket, encoded(answer.answer)); }
void SessionServer::send(const session::AnswerFetch& answer) { bulk_.answer(answer.ticket, encoded(answer.fetched)); }

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
  return {};  // a task has taken all memory; the next look will find them
}

wire::EngineStatus SessionServer::answer(const StatusRequest&) {
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
