// client/links/engine_link_lines.cpp: what a client's end of a session sends, and what comes back.
//
// When a line breaks, what it carried fails at once; the clock's thread looks whether the engine's process is still
// there, and the session's machine sends again, over a new connection, what the engine does not have.
#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>

#include "client/links/engine_link.hpp"
#include "core/wire/session_wire.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
/// Between looks while something waits for a connection.
constexpr session::Time kDialLook = 50ms;
/// Between looks whether the process of outstanding tasks lives. Most often the hub says so at once, or a line breaks;
/// but there may be no hub, and NNG keeps what is sent to a line that has just broken, without a word.
constexpr session::Time kProcessLook = 500ms;
/// The hub's word says how the engine died; after so long without it, "gone" must do.
constexpr session::Time kWordOfDeath = 300ms;

}  // namespace

void EngineLink::give_up_for_lack(Lock& lock) {
  if (pending_.empty()) return;
  auto words = tasks_.take_lack();
  if (!words) words = bulk_.take_lack();
  if (!words) words = lack_.take(std::chrono::steady_clock::now());
  if (!words) return;
  fail_all(lock, std::make_exception_ptr(ConnectionError(
                     fmt::format("this process cannot reach engine {}: {}. What was outstanding there is given up; "
                                 "what had been sent before may run",
                                 engine_.id, *words))));
  lock.lock();
}

void EngineLink::send(session::Exchange exchange) {
  {
    const Lock lock(mutex_);
    if (exchange.session != session_id_ || exchange.link != link_) return;
  }
  const bool sent =
      tasks_.send(wire::encode(exchange), [self = weak_from_this(), session = exchange.session, link = exchange.link,
                                           x = exchange.x](messages::Message answer, const char* failure) {
        if (const auto alive = self.lock()) alive->on_answer(session, link, x, std::move(answer), failure);
      });
  if (!sent) clock_->arm(ClientClock::now() + kDialLook);
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

bool EngineLink::owns(const Uuid& session) const {
  const Lock lock(mutex_);
  return session == session_id_;
}

bool EngineLink::dead() const {
  const Lock lock(mutex_);
  return death_.has_value();
}

template <class Request, class Decode, class Settle>
void EngineLink::send_bulk(const Request& request, Decode decode, Settle settle) {
  {
    const Lock lock(mutex_);
    if (request.session != session_id_) return;
  }
  const bool sent = bulk_.send([request] { return wire::encode(request); },
                               [self = weak_from_this(), session = request.session, decode, settle](
                                   messages::Message answer, const char* failure) {
                                 const auto link = self.lock();
                                 if (!link) return;
                                 decltype(decode(std::declval<wire::Opened>())) decoded;
                                 try {
                                   if (!failure) decoded = decode(wire::open_frame(std::move(answer).share()));
                                 } catch (const ProtocolError&) {
                                   failure = "not understood";
                                   link->bulk_.renew();
                                 }
                                 session::ClientActions actions;
                                 Lock lock(link->mutex_);
                                 link->look_ |= failure != nullptr;
                                 if (!failure) link->heard_ = ClientClock::now();
                                 if (failure) link->clock_->arm(ClientClock::now());
                                 if (session != link->session_id_) return;
                                 settle(*link->session_, failure ? nullptr : &decoded, actions);
                                 link->perform(lock, actions);
                               });
  if (!sent) clock_->arm(ClientClock::now() + kDialLook);
}

void EngineLink::send(const session::Chunk& chunk) {
  const auto settle = [seq = chunk.seq, index = chunk.index, offset = chunk.offset](session::ClientSession& session,
                                                                                    session::ChunkAnswer* answer,
                                                                                    session::ClientActions& actions) {
    if (answer)
      session.on_chunk_answered(seq, index, offset, answer->status, ClientClock::now(), actions);
    else
      session.on_chunk_failed(seq, index, offset, ClientClock::now(), actions);
  };
  send_bulk(chunk, &wire::decode_chunk_answer, settle);
}

void EngineLink::send(const session::Fetch& fetch) {
  const auto settle = [r = fetch.r, index = fetch.index, offset = fetch.offset](
                          session::ClientSession& session, session::Fetched* fetched, session::ClientActions& actions) {
    if (fetched)
      session.on_fetched(r, index, offset, std::move(*fetched), ClientClock::now(), actions);
    else
      session.on_fetch_failed(r, index, offset, ClientClock::now(), actions);
  };
  send_bulk(fetch, &wire::decode_fetched, settle);
}

bool EngineLink::process_is_gone() const {
  return reach_.same_pids && !ProcessId{static_cast<int>(engine_.pid), engine_.start}.alive();
}

void EngineLink::look() {
  if (process_is_gone()) die("its process is gone");
}

void EngineLink::die_if_gone(Lock& lock) {
  const session::Time now = ClientClock::now();
  look_ = process_is_gone();
  if (!look_) return;
  if (gone_since_ == session::kNever) gone_since_ = now;
  if (now - gone_since_ < kWordOfDeath) return;
  lock.unlock();
  die("its process is gone");
  lock.lock();
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
  if (!death_ && (look_ || !pending_.empty())) die_if_gone(lock);
  if (!death_) give_up_for_lack(lock);
  if (!death_) give_up_unheard(lock);
  const bool dials = tasks_.look() | bulk_.look();
  if (!death_) {
    session_->tick(ClientClock::now(), actions);
    open_gate(actions);
  }
  session::Time next = death_ ? session::kNever : next_look();
  if (dials || look_ || !gate_.empty()) next = std::min(next, ClientClock::now() + kDialLook);
  perform(lock, actions);
  return next;
}

}  // namespace enginery
