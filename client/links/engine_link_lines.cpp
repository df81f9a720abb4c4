// client/links/engine_link_lines.cpp: the sockets of a client's end of a session.
//
// When a line breaks, what it carried fails at once; the clock's thread looks whether the engine's process is still
// there, dials anew, and the session's machine sends again what the engine does not have.
#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>

#include "client/links/engine_link.hpp"
#include "core/wire/session_wire.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
/// For the first sign of life of a line, in seconds. A dial over TCP could wait for minutes, over TLS for ever.
constexpr double kPatience = 2, kRemotePatience = 5;
/// Between attempts to reach an engine whose process is there.
constexpr session::Time kRedial = 50ms;
/// Between looks whether the process of outstanding tasks lives. Most often the hub says so at once, or a line breaks;
/// but there may be no hub, and NNG keeps what is sent to a line that has just broken, without a word.
constexpr session::Time kProcessLook = 500ms;
/// The hub's word says how the engine died; after so long without it, "gone" must do.
constexpr session::Time kWordOfDeath = 300ms;

/// A socket that is not quiet after so long carries a request that nobody will answer: it is abandoned.
constexpr session::Time kHopeless = 2s;

}  // namespace

bool EngineLink::quiet() {
  const Lock lock(mutex_);
  for (const Line* line : {&tasks_, &bulk_})
    if (line->requester && !line->requester->quiet()) return false;
  return std::ranges::all_of(retired_, [](const Retired& old) { return old.requester->quiet(); });
}

void EngineLink::retire(Line& line) {
  if (line.requester) retired_.push_back({std::exchange(line.requester, nullptr), ClientClock::now()});
}

void EngineLink::want(Line& line) {
  if (line.dialling || line.broken || death_) return;
  line.dialling = true;
  const bool bulk = &line == &bulk_;
  try {
    std::thread([self = weak_from_this(), bulk, address = bulk ? reach_.bulk : reach_.tasks] {
      std::shared_ptr<transport::Requester> requester;
      std::exception_ptr failure;
      try {
        requester = transport::connect(address, address.ipc_path().empty() ? kRemotePatience : kPatience);
      } catch (const Error&) {
        failure = std::current_exception();  // the clock looks whether the engine lives, and tries again
      }
      if (const auto link = self.lock()) link->on_dialled(bulk, std::move(requester), failure);
    }).detach();
  } catch (const std::system_error& error) {
    line.dialling = false;  // the clock tries again
    line.broken = true;
    lack_.note(error, ClientClock::now());
    clock_->arm(ClientClock::now() + kRedial);
  }
}

void EngineLink::give_up_for_lack(Lock& lock) {
  const auto words = pending_.empty() ? std::nullopt : lack_.lasts(engine_.id, ClientClock::now());
  if (!words) return;
  lack_.clear();  // what is submitted from now on may be luckier
  fail_all(lock, std::make_exception_ptr(ConnectionError(*words)));
  lock.lock();
}

void EngineLink::on_dialled(bool bulk, std::shared_ptr<transport::Requester> requester, std::exception_ptr failure) {
  Lock lock(mutex_);
  Line& line = bulk ? bulk_ : tasks_;
  line.dialling = false;
  if (death_) return;
  try {
    if (failure) std::rethrow_exception(failure);
    lack_.clear();
  } catch (const std::exception& error) {
    lack_.note(error, ClientClock::now());
  }
  if (!requester) {
    line.broken = true;
    return clock_->arm(ClientClock::now() + kRedial);
  }
  line.requester = std::move(requester);
  std::vector<session::Exchange> exchanges;
  std::vector<session::Chunk> chunks;
  std::vector<session::Fetch> fetches;
  if (bulk) {
    chunks.swap(waiting_chunks_);
    fetches.swap(waiting_fetches_);
  } else {
    exchanges.swap(waiting_);
  }
  lock.unlock();
  for (session::Exchange& exchange : exchanges) send(std::move(exchange));
  for (session::Chunk& chunk : chunks) send(std::move(chunk));
  for (session::Fetch& fetch : fetches) send(fetch);
}

void EngineLink::send(session::Exchange exchange) {
  std::shared_ptr<transport::Requester> requester;
  {
    const Lock lock(mutex_);
    if (exchange.session != session_id_ || exchange.link != link_) return;
    requester = tasks_.requester;
    if (!requester) {
      waiting_.push_back(std::move(exchange));
      return want(tasks_);
    }
  }
  requester->send(wire::encode(exchange), [self = weak_from_this(), session = exchange.session, link = exchange.link,
                                           x = exchange.x](messages::Message answer, const char* failure) {
    if (const auto link_alive = self.lock()) link_alive->on_answer(session, link, x, std::move(answer), failure);
  });
}

void EngineLink::on_answer(const Uuid& session, std::uint32_t link, std::uint64_t x, messages::Message answer,
                           const char* failure) {
  session::Reply reply;
  if (!failure) {
    try {
      reply = wire::decode_reply(wire::open_frame(std::move(answer).share()));
    } catch (const ProtocolError&) {
      failure = "not understood";  // a broken peer is a broken link
    }
  }
  session::ClientActions actions;
  Lock lock(mutex_);
  if (!failure) heard_ = ClientClock::now();
  if (session != session_id_) return;
  if (failure)
    session_->on_exchange_failed(link, x, ClientClock::now(), actions);
  else
    session_->on_reply(link, std::move(reply), ClientClock::now(), actions);
  open_gate(actions);
  perform(lock, actions);
  room_.notify_all();  // what was admitted has left the queue
}

void EngineLink::ask(messages::Message request, transport::Requester::OnAnswer on_answer) {
  Lock lock(mutex_);
  const std::shared_ptr<transport::Requester> requester = tasks_.requester;
  if (!requester) want(tasks_);
  lock.unlock();
  if (requester) return requester->send(std::move(request), std::move(on_answer));
  on_answer({}, "no line");
}

bool EngineLink::owns(const Uuid& session) const {
  const Lock lock(mutex_);
  return session == session_id_;
}

bool EngineLink::dead() const {
  const Lock lock(mutex_);
  return death_.has_value();
}

void EngineLink::break_bulk() {
  retire(bulk_);
  bulk_.broken = true;
  clock_->arm(ClientClock::now() + kRedial);
}

template <class Request, class Decode, class Settle>
void EngineLink::send_bulk(Request request, std::vector<Request>& waiting, Decode decode, Settle settle) {
  std::shared_ptr<transport::Requester> requester;
  {
    const Lock lock(mutex_);
    if (request.session != session_id_) return;
    requester = bulk_.requester;
    if (!requester) {
      waiting.push_back(std::move(request));
      return want(bulk_);
    }
  }
  const transport::Requester* const line = requester.get();
  requester->send(wire::encode(request), [self = weak_from_this(), line, session = request.session, decode, settle](
                                             messages::Message answer, const char* failure) {
    const auto link = self.lock();
    if (!link) return;
    decltype(decode(std::declval<wire::Opened>())) decoded;
    try {
      if (!failure) decoded = decode(wire::open_frame(std::move(answer).share()));
    } catch (const ProtocolError&) {
      failure = "not understood";
    }
    session::ClientActions actions;
    Lock lock(link->mutex_);
    if (!failure) link->heard_ = ClientClock::now();
    if (failure && link->bulk_.requester.get() == line) link->break_bulk();
    if (session != link->session_id_) return;
    settle(*link->session_, failure ? nullptr : &decoded, actions);
    link->perform(lock, actions);
  });
}

void EngineLink::send(session::Chunk chunk) {
  const auto settle = [seq = chunk.seq, index = chunk.index, offset = chunk.offset](session::ClientSession& session,
                                                                                    session::ChunkAnswer* answer,
                                                                                    session::ClientActions& actions) {
    if (answer)
      session.on_chunk_answered(seq, index, offset, answer->status, ClientClock::now(), actions);
    else
      session.on_chunk_failed(seq, index, offset, ClientClock::now(), actions);
  };
  send_bulk(std::move(chunk), waiting_chunks_, &wire::decode_chunk_answer, settle);
}

void EngineLink::send(session::Fetch fetch) {
  const auto settle = [r = fetch.r, index = fetch.index, offset = fetch.offset](
                          session::ClientSession& session, session::Fetched* fetched, session::ClientActions& actions) {
    if (fetched)
      session.on_fetched(r, index, offset, std::move(*fetched), ClientClock::now(), actions);
    else
      session.on_fetch_failed(r, index, offset, ClientClock::now(), actions);
  };
  send_bulk(fetch, waiting_fetches_, &wire::decode_fetched, settle);
}

bool EngineLink::process_is_gone() const {
  return reach_.same_pids && !ProcessId{static_cast<int>(engine_.pid), engine_.start}.alive();
}

void EngineLink::look() {
  if (process_is_gone()) die("its process is gone");
}

void EngineLink::mend(Lock& lock) {
  if (!tasks_.broken && !bulk_.broken && !delivering_ && pending_.empty()) return;
  const session::Time now = ClientClock::now();
  if (process_is_gone()) {
    if (gone_since_ == session::kNever) gone_since_ = now;
    if (now - gone_since_ < kWordOfDeath) return;
    lock.unlock();
    die("its process is gone");
    return lock.lock();
  }
  for (Line* line : {&tasks_, &bulk_}) {
    if (!std::exchange(line->broken, false)) continue;
    want(*line);
  }
}

session::Time EngineLink::next_look() const {
  const session::Time now = ClientClock::now();
  session::Time next = session_->next_deadline();
  if (reach_.same_pids && !pending_.empty()) next = std::min(next, now + kProcessLook);
  if (first_limit_ != session::kNever) next = std::min(next, now + kLimitLook);
  return next;
}

session::Time EngineLink::tick() {
  session::ClientActions actions;
  Lock lock(mutex_);
  if (!death_) mend(lock);
  if (!death_) give_up_for_lack(lock);
  if (!death_) give_up_unheard(lock);
  std::vector<std::shared_ptr<transport::Requester>> closing;  // after the lock is let go
  std::erase_if(retired_, [&](Retired& old) {
    if (!old.requester->quiet() && ClientClock::now() - old.since < kHopeless) return false;
    closing.push_back(std::move(old.requester));
    return true;
  });
  if (!death_) {
    session_->tick(ClientClock::now(), actions);
    open_gate(actions);
  }
  session::Time next = death_ ? session::kNever : next_look();
  if (tasks_.broken || bulk_.broken || !gate_.empty() || !retired_.empty())
    next = std::min(next, ClientClock::now() + kRedial);
  perform(lock, actions);
  return next;
}

}  // namespace enginery
