// tests/unit/session/engine_sessions_fixture.hpp: one engine's sessions, and a client that asks and runs by hand.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "conversation.hpp"

namespace enginery::session {

class EngineSessionsTest : public testing::Test {
 protected:
  Ticket ask(Exchange exchange) {
    engine->on_exchange(++ticket, std::move(exchange), now, out);
    return ticket;
  }
  /// The answers since the last look.
  std::vector<AnswerExchange> answers() {
    auto found = all<AnswerExchange>(out);
    out.clear();
    return found;
  }
  std::optional<Running> run() { return engine->next(now, out); }
  void finish(const Running& running, const std::string& body = "result", std::vector<Bytes> bulk = {}) {
    engine->finished(running.session, running.seq, text(body), std::move(bulk), now, out);
  }
  Status chunk(std::uint64_t seq, std::uint64_t total, std::uint64_t offset, const std::string& content) {
    engine->on_chunk(++ticket, {kEngine, kSession, seq, 0, total, offset, text(content)}, now, out);
    return all<AnswerChunk>(out).back().answer.status;
  }
  Status fetch(std::uint64_t r, std::uint32_t index, std::uint64_t offset, std::uint64_t length) {
    engine->on_fetch(++ticket, {kEngine, kSession, r, index, offset, length}, now, out);
    return all<AnswerFetch>(out).back().fetched.status;
  }
  void restart(const Limits& limits) { engine = std::make_unique<EngineSessions>(kEngine, limits); }
  void advance(Time by) { engine->tick(now += by, out); }

  Time now = 1h;
  Ticket ticket = 0;
  EngineActions out;
  std::unique_ptr<EngineSessions> engine = std::make_unique<EngineSessions>(kEngine, Limits{});
};

}  // namespace enginery::session
