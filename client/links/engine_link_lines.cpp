// client/links/engine_link_lines.cpp: what a client's end of a session sends, and what comes back.
//
// When a connection breaks, its requests fail at once. The clock's thread then looks whether the engine's process is
// still there, and the state machine sends what the engine does not have once more, over a new connection.
#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/links/engine_link.hpp"
#include "core/wire/engine_wire.hpp"
#include "core/wire/session_wire.hpp"

namespace enginery {

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

// The request uses the session's line, so it costs no socket. When the line breaks, it is sent again: asking twice does
// no harm.
bool EngineLink::interrupt(Seconds timeout) {
  const auto deadline = deadline_of(timeout);
  const messages::Message request = wire::encode(wire::InterruptRequest{engine_.uuid});
  do {
    wire::Interrupted said;
    try {
      said = wire::decode_interrupted(wire::open_frame(
          tasks_.ask(request, deadline, transport::Line::Repeat::no, [this] { return !dead(); }).share()));
    } catch (const TimeoutError&) {
      break;
    } catch (const ConnectionError&) {
      if (dead()) throw ConnectionError(fmt::format("engine {} has died; ids() lists those that live", engine_.id));
      continue;
    }
    if (said.status == session::Status::ok) return said.asked;
    throw ConnectionError(fmt::format("another engine has the address of engine {} now; connect again", engine_.id));
  } while (std::chrono::steady_clock::now() < deadline);
  throw TimeoutError(
      fmt::format("engine {} did not answer within {:g} s; its task may still be asked to stop. Is "
                  "its process stopped? `enginery status` shows it",
                  engine_.id, timeout.count()));
}

}  // namespace enginery
